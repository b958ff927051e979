package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

func writeJSONString(request *source, answer *sink) {
	text, err := json.Marshal(string(request.data))
	if err != nil {
		answer.failure(err)
		return
	}
	answer.result(text)
}

// decodeJSON reads any value, the first of a stream or the only one of a text, and writes it again.
func decodeJSON(request *source, answer *sink) {
	onlyOne := request.byte() != 0
	var value any
	var err error
	if onlyOne {
		err = json.Unmarshal(request.data, &value)
	} else {
		err = json.NewDecoder(bytes.NewReader(request.data)).Decode(&value)
	}
	if err != nil {
		answer.failure(nameless{err})
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		answer.failure(err)
		return
	}
	answer.result(text)
}

// decodeJSONTyped reads a value of a defined type and dumps what it holds then, with the error when there is one.
func decodeJSONTyped(request *source, answer *sink) {
	onlyOne := request.byte() != 0
	value := reflect.New(generated[request.uint32()])
	var err error
	if onlyOne {
		err = json.Unmarshal(request.data, value.Interface())
	} else {
		err = json.NewDecoder(bytes.NewReader(request.data)).Decode(value.Interface())
	}
	answer.byte(isResult)
	if err != nil {
		answer.string(nameless{err}.Error())
	} else {
		answer.string("")
	}
	answer.flattensNil = true
	dump(value.Elem(), answer)
}

// encodeJSON writes a value of a defined type.
func encodeJSON(request *source, answer *sink) {
	value := reflect.New(generated[request.uint32()])
	fill(value.Elem(), request)
	text, err := json.Marshal(value.Interface())
	if err != nil {
		answer.failure(err)
		return
	}
	answer.result(text)
}

// nameless is an error whose text begins with the kind of it.
type nameless struct{ error }

func (n nameless) Error() string {
	switch n.error.(type) {
	case *json.SyntaxError:
		return "syntax: " + n.error.Error()
	case *json.UnmarshalTypeError:
		return "type: " + n.error.Error()
	}
	if n.error == io.EOF || n.error == io.ErrUnexpectedEOF {
		return "end: " + n.error.Error()
	}
	return "other: " + n.error.Error()
}

func parseBool(request *source, answer *sink) {
	value, err := strconv.ParseBool(string(request.data))
	if err != nil {
		answer.failure(err)
		return
	}
	answer.result([]byte(strconv.FormatBool(value)))
}

// parseNumber reads a text as a signed and as an unsigned number of some base and size, and as Atoi does.
func parseNumber(request *source, answer *sink) {
	base, bits := int(request.byte()), int(request.byte())
	text := string(request.data)
	answer.byte(isResult)
	signed, err := strconv.ParseInt(text, base, bits)
	writeNumber(uint64(signed), err, answer)
	unsigned, err := strconv.ParseUint(text, base, bits)
	writeNumber(unsigned, err, answer)
	number, err := strconv.Atoi(text)
	writeNumber(uint64(number), err, answer)
}

func writeNumber(number uint64, err error, answer *sink) {
	if err != nil {
		answer.byte(isError)
		answer.string(err.Error())
	} else {
		answer.byte(isResult)
		answer.uint64(number)
	}
}

func canonicalHeader(request *source, answer *sink) {
	answer.result([]byte(http.CanonicalHeaderKey(string(request.data))))
}

// takePath gives what package path makes of a path, and of a path joined with another.
func takePath(request *source, answer *sink) {
	first, second := request.string(), request.string()
	answer.byte(isResult)
	for _, text := range []string{
		path.Clean(first), path.Join(first, second), path.Base(first), path.Dir(first), path.Ext(first),
	} {
		answer.string(text)
	}
}

func quote(request *source, answer *sink) {
	answer.result([]byte(strconv.Quote(string(request.data))))
}

func parseTime(request *source, answer *sink) {
	var t time.Time
	if err := t.UnmarshalJSON(request.data); err != nil {
		answer.failure(err)
		return
	}
	answer.byte(isResult)
	dumpTime(t, answer)
}

func readTime(request *source, answer *sink) {
	var t time.Time
	if err := t.UnmarshalBinary(request.data); err != nil {
		answer.failure(err)
		return
	}
	answer.byte(isResult)
	dumpTime(t, answer)
}

// formatTime gives the time as text, as JSON and as bytes, each with its error.
func formatTime(request *source, answer *sink) {
	t := fillTime(request)
	answer.byte(isResult)
	answer.string(t.Format(time.RFC3339Nano))
	for _, form := range []func() ([]byte, error){t.MarshalJSON, t.MarshalBinary} {
		data, err := form()
		if err != nil {
			answer.byte(isError)
			answer.string(err.Error())
		} else {
			answer.byte(isResult)
			answer.string(string(data))
		}
	}
}

func base64Encoding(request *source) *base64.Encoding {
	if request.byte() != 0 {
		return base64.URLEncoding
	}
	return base64.StdEncoding
}

func decodeBase64(request *source, answer *sink) {
	data, err := base64Encoding(request).DecodeString(string(request.data))
	if err != nil {
		answer.failure(err)
		return
	}
	answer.result(data)
}

func encodeBase64(request *source, answer *sink) {
	answer.result([]byte(base64Encoding(request).EncodeToString(request.data)))
}

// sign signs a request as SIGN-1 and SIGN-5 say.
func sign(request *source, answer *sink) {
	key := request.bytes()
	target := request.string()
	header := http.Header{}
	for range request.uint32() {
		name := request.string()
		header.Add(name, request.string())
	}
	body := request.string()
	expires := int64(request.uint64())

	var signed []string
	for name, values := range header {
		if strings.HasPrefix(name, "X-Cr-") && name != "X-Cr-Filename" {
			signed = append(signed, fmt.Sprintf("%s=%s", name, values[0]))
		}
	}
	slices.Sort(signed)
	content, err := json.Marshal(struct{ Path, Header, Body string }{target, strings.Join(signed, "&"), body})
	if err != nil {
		answer.failure(err)
		return
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s:%d", content, expires)
	answer.result(fmt.Appendf(nil, "%s:%d", base64.URLEncoding.EncodeToString(mac.Sum(nil)), expires))
}
