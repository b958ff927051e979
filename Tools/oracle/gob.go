package main

import (
	"bytes"
	"encoding/gob"
	"reflect"
)

// encodeGob writes some values, each of a defined type, to one stream.
func encodeGob(request *source, answer *sink) {
	var stream bytes.Buffer
	encoder := gob.NewEncoder(&stream)
	for range request.uint32() {
		value := reflect.New(generated[request.uint32()])
		fill(value.Elem(), request)
		if err := encoder.EncodeValue(value.Elem()); err != nil {
			answer.failure(err)
			return
		}
	}
	answer.result(stream.Bytes())
}

// decodeGob reads the values of a stream, as many and of which types it is told, and dumps them.
func decodeGob(request *source, answer *sink) {
	decoder := gob.NewDecoder(bytes.NewReader(request.bytes()))
	answer.byte(isResult)
	for range request.uint32() {
		value := reflect.New(generated[request.uint32()])
		if err := decoder.DecodeValue(value); err != nil {
			answer.failure(err)
			return
		}
		dump(value.Elem(), answer)
	}
}
