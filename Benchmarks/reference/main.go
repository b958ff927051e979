// A storage node as small as net/http allows, to measure the slave against: it verifies signatures, answers the envelope, serves
// content with ServeContent and writes chunks at their place. It is no slave: nothing else of the protocol is here.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

type requestContent struct {
	Path   string
	Header string
	Body   string
}

type envelope struct {
	Code          int    `json:"code"`
	Msg           string `json:"msg"`
	CorrelationID string `json:"correlation_id,omitempty"`
}

// A fresh request id, a UUID of version 4, as every answer of a slave has one.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

type node struct {
	key       []byte
	folder    string
	chunkSize int64
	// A line on the standard error for each request.
	logs bool
}

func (n *node) verify(content, signature string) bool {
	colon := strings.LastIndexByte(signature, ':')
	expires, err := strconv.ParseInt(signature[colon+1:], 10, 64)
	if err != nil || expires != 0 && expires < time.Now().Unix() {
		return false
	}
	mac := hmac.New(sha256.New, n.key)
	io.WriteString(mac, content)
	fmt.Fprintf(mac, ":%d", expires)
	want := base64.URLEncoding.EncodeToString(mac.Sum(nil)) + ":" + strconv.FormatInt(expires, 10)
	return hmac.Equal([]byte(want), []byte(signature))
}

func answer(w http.ResponseWriter, code int, msg string) {
	e := envelope{Code: code, Msg: msg}
	if code != 0 {
		e.CorrelationID = requestID()
	}
	text, _ := json.Marshal(e)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Write(text)
}

func (n *node) content(w http.ResponseWriter, r *http.Request) {
	parts := strings.Split(r.URL.Path, "/")
	source, err := base64.URLEncoding.DecodeString(parts[7])
	if err != nil {
		http.Error(w, "bad source", http.StatusBadRequest)
		return
	}
	file, err := os.Open(filepath.Join(n.folder, string(source)))
	if err != nil {
		answer(w, 40016, "Path not exist")
		return
	}
	defer file.Close()
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Etag", `"constant"`)
	w.Header().Set("Content-Security-Policy", "sandbox")
	http.ServeContent(w, r, parts[len(parts)-1], time.Time{}, file)
}

func (n *node) chunk(w http.ResponseWriter, r *http.Request) {
	index, _ := strconv.ParseInt(r.URL.Query().Get("chunk"), 10, 64)
	file, err := os.OpenFile(filepath.Join(n.folder, filepath.Base(r.URL.Path)), os.O_CREATE|os.O_WRONLY, 0o744)
	if err != nil {
		answer(w, 50004, "IO failed")
		return
	}
	defer file.Close()
	if _, err := io.Copy(io.NewOffsetWriter(file, index*n.chunkSize), r.Body); err != nil {
		answer(w, 50004, "IO failed")
		return
	}
	answer(w, 0, "")
}

func (n *node) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n.logs {
		began := time.Now()
		defer func() {
			log.Printf("request method=%s path=%s ms=%.3f request=%s", r.Method, r.URL.Path,
				float64(time.Since(began).Microseconds())/1000, requestID())
		}()
	}
	switch r.Method {
	case http.MethodPost:
		text, _ := json.Marshal(requestContent{Path: r.URL.Path})
		if !n.verify(string(text), strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer Cr ")) {
			answer(w, 40071, "invalid sign")
			return
		}
		n.chunk(w, r)
	case http.MethodGet:
		values, _ := url.ParseQuery(r.URL.RawQuery)
		if !n.verify(r.URL.Path, values.Get("sign")) {
			answer(w, 40071, "invalid sign")
			return
		}
		if strings.HasPrefix(r.URL.Path, "/api/v4/slave/file/content/") {
			n.content(w, r)
			return
		}
		answer(w, 404, "task not found")
	default:
		http.NotFound(w, r)
	}
}

func main() {
	secret := flag.String("secret", "", "shared secret")
	folder := flag.String("folder", ".", "folder of the files")
	chunkSize := flag.Int64("chunk-size", 25<<20, "bytes of a chunk")
	logs := flag.Bool("log", false, "log each request")
	flag.Parse()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, &node{key: []byte(*secret), folder: *folder, chunkSize: *chunkSize, logs: *logs}))
}
