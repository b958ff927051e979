package main

import (
	"bytes"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"time"
)

func sniff(request *source, answer *sink) {
	answer.result([]byte(http.DetectContentType(request.data)))
}

func mimeByExtension(request *source, answer *sink) {
	answer.result([]byte(mime.TypeByExtension(string(request.data))))
}

// serveContent serves bytes that count upwards under the name of a picture, without a modification time.
func serveContent(request *source, answer *sink) {
	method := request.string()
	size := request.uint32()
	recorder := httptest.NewRecorder()
	for range request.uint32() {
		name := request.string()
		recorder.Header().Set(name, request.string())
	}
	asked := httptest.NewRequest(method, "/", nil)
	for range request.uint32() {
		name := request.string()
		asked.Header.Add(name, request.string())
	}
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i)
	}
	http.ServeContent(recorder, asked, "x.gif", time.Time{}, bytes.NewReader(content))

	answer.byte(isResult)
	answer.uint32(uint32(recorder.Code))
	answer.uint32(uint32(len(recorder.Header())))
	for _, name := range slices.Sorted(maps.Keys(recorder.Header())) {
		answer.string(name)
		answer.string(recorder.Header().Get(name))
	}
	answer.string(recorder.Body.String())
}

// escapeURL gives a text escaped for a path and for a query, and unescaped from both.
func escapeURL(request *source, answer *sink) {
	text := string(request.data)
	answer.byte(isResult)
	answer.string(url.PathEscape(text))
	answer.string(url.QueryEscape(text))
	for _, unescape := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
		plain, err := unescape(text)
		if err != nil {
			answer.byte(isError)
			answer.string(err.Error())
		} else {
			answer.byte(isResult)
			answer.string(plain)
		}
	}
}

func parseURL(request *source, answer *sink) {
	parsed, err := url.Parse(string(request.data))
	if err != nil {
		answer.failure(err)
		return
	}
	answer.byte(isResult)
	answer.string(parsed.Scheme)
	answer.string(parsed.Opaque)
	answer.bool(parsed.User != nil)
	if parsed.User != nil {
		password, isSet := parsed.User.Password()
		answer.string(parsed.User.Username())
		answer.bool(isSet)
		answer.string(password)
	}
	answer.string(parsed.Host)
	answer.string(parsed.Path)
	answer.string(parsed.EscapedPath())
	answer.bool(parsed.ForceQuery)
	answer.string(parsed.RawQuery)
	answer.string(parsed.Fragment)
	answer.string(parsed.String())
}

// parseQuery gives all pairs by name, and the error, with which the sound pairs still come.
func parseQuery(request *source, answer *sink) {
	values, err := url.ParseQuery(string(request.data))
	answer.byte(isResult)
	if err != nil {
		answer.string(err.Error())
	} else {
		answer.string("")
	}
	answer.uint32(uint32(len(values)))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		answer.string(name)
		answer.uint32(uint32(len(values[name])))
		for _, value := range values[name] {
			answer.string(value)
		}
	}
}
