// Oracle answers questions about Go's standard library: what it makes of some bytes.
//
// Requests come on standard input and answers go to standard output, in the same order, each a length of four bytes (lowest
// first) and so many bytes. The first byte of a request names the question. The first byte of an answer is 0 for a result, 1 for
// an error's text, 2 for a panic's.
//
// ServeContent keeps ETag and the like with its errors, as it did in the programs recorded.
//
//go:debug httpservecontentkeepheaders=1
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"time"
)

// What the first byte of an answer says.
const (
	isResult = 0
	isError  = 1
	isPanic  = 2
)

// The longest that one question may take; Go's decoders have inputs that keep them busy for ever.
const patience = 20 * time.Second

// Questions by their first byte. Each writes its answer whole.
var questions = map[byte]func(*source, *sink){
	'T': defineType,
	'E': encodeGob,
	'D': decodeGob,
	's': writeJSONString,
	'j': decodeJSON,
	'J': decodeJSONTyped,
	'm': encodeJSON,
	'S': sniff,
	'X': mimeByExtension,
	'R': serveContent,
	'H': sign,
	'p': escapeURL,
	'P': parseURL,
	'q': parseQuery,
	'b': parseBool,
	'n': parseNumber,
	'h': canonicalHeader,
	'c': takePath,
	'Q': quote,
	't': parseTime,
	'u': readTime,
	'f': formatTime,
	'6': decodeBase64,
	'7': encodeBase64,
}

func main() {
	requests := make(chan []byte, 1<<16)
	go readRequests(bufio.NewReaderSize(os.Stdin, 1<<20), requests)
	output := bufio.NewWriterSize(os.Stdout, 1<<20)
	answer := &sink{}
	var length [4]byte
	for request := range requests {
		answer.data, answer.flattensNil = answer.data[:0], false
		ask(request, answer)
		binary.LittleEndian.PutUint32(length[:], uint32(len(answer.data)))
		output.Write(length[:])
		output.Write(answer.data)
		if len(requests) == 0 && output.Flush() != nil {
			return
		}
	}
	output.Flush()
}

// readRequests takes requests in as fast as they come, so that whoever writes them never waits for answers to be read.
func readRequests(input io.Reader, requests chan<- []byte) {
	defer close(requests)
	var length [4]byte
	for {
		if _, err := io.ReadFull(input, length[:]); err != nil {
			return
		}
		request := make([]byte, binary.LittleEndian.Uint32(length[:]))
		if _, err := io.ReadFull(input, request); err != nil {
			return
		}
		requests <- request
	}
}

func ask(request []byte, answer *sink) {
	late := time.AfterFunc(patience, func() {
		fmt.Fprintf(os.Stderr, "oracle: no answer in %v to %x\n", patience, request)
		os.Exit(4)
	})
	defer late.Stop()
	defer func() {
		if reason := recover(); reason != nil {
			answer.data = append(answer.data[:0], isPanic)
			answer.data = fmt.Append(answer.data, reason)
		}
	}()
	question := questions[request[0]]
	if question == nil {
		panic(fmt.Sprintf("no question %q", request[0]))
	}
	question(&source{data: request[1:]}, answer)
}

// A source is a request as it is read.
type source struct {
	data []byte
}

func (s *source) byte() byte {
	b := s.data[0]
	s.data = s.data[1:]
	return b
}

func (s *source) uint32() uint32 {
	n := binary.LittleEndian.Uint32(s.data)
	s.data = s.data[4:]
	return n
}

func (s *source) uint64() uint64 {
	n := binary.LittleEndian.Uint64(s.data)
	s.data = s.data[8:]
	return n
}

func (s *source) bytes() []byte {
	n := s.uint32()
	b := s.data[:n:n]
	s.data = s.data[n:]
	return b
}

func (s *source) string() string { return string(s.bytes()) }

// A sink is an answer as it is written.
type sink struct {
	data []byte
	// Whether a pointer to a nil slice, map or interface value is dumped as a nil pointer.
	flattensNil bool
}

func (s *sink) byte(b byte) { s.data = append(s.data, b) }

func (s *sink) bool(b bool) {
	if b {
		s.byte(1)
	} else {
		s.byte(0)
	}
}

func (s *sink) uint32(n uint32) { s.data = binary.LittleEndian.AppendUint32(s.data, n) }

func (s *sink) uint64(n uint64) { s.data = binary.LittleEndian.AppendUint64(s.data, n) }

func (s *sink) string(text string) {
	s.uint32(uint32(len(text)))
	s.data = append(s.data, text...)
}

// result and failure write whole answers.
func (s *sink) result(bytes []byte) {
	s.byte(isResult)
	s.data = append(s.data, bytes...)
}

func (s *sink) failure(err error) {
	s.data = append(s.data[:0], isError)
	s.data = append(s.data, err.Error()...)
}
