package main

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"time"
)

// Values travel by their type: numbers in eight bytes, text and bytes after their length, lists after their count, a struct's
// fields one after the other, pointers and interface values after a byte that says whether there is one.

const isNil = math.MaxUint32

func fill(value reflect.Value, request *source) {
	switch value.Type() {
	case timeType:
		value.Set(reflect.ValueOf(fillTime(request)))
		return
	case uriType:
		value.Set(reflect.ValueOf(URI{request.string()}))
		return
	}
	switch value.Kind() {
	case reflect.Bool:
		value.SetBool(request.byte() != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		value.SetInt(int64(request.uint64()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		value.SetUint(request.uint64())
	case reflect.Float32, reflect.Float64:
		value.SetFloat(math.Float64frombits(request.uint64()))
	case reflect.String:
		value.SetString(request.string())
	case reflect.Slice:
		fillSlice(value, request)
	case reflect.Array:
		for i := range value.Len() {
			fill(value.Index(i), request)
		}
	case reflect.Map:
		fillMap(value, request)
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				fill(value.Field(i), request)
			}
		}
	case reflect.Pointer:
		if request.byte() != 0 {
			value.Set(reflect.New(value.Type().Elem()))
			fill(value.Elem(), request)
		}
	case reflect.Interface:
		if request.byte() != 0 {
			held := reflect.New(concrete[request.string()]).Elem()
			fill(held, request)
			value.Set(held)
		}
	default:
		panic("no value of " + value.Type().String())
	}
}

func fillSlice(value reflect.Value, request *source) {
	if value.Type().Elem().Kind() == reflect.Uint8 {
		value.SetBytes(request.bytes())
		return
	}
	count := request.uint32()
	if count == isNil {
		return
	}
	value.Set(reflect.MakeSlice(value.Type(), int(count), int(count)))
	for i := range value.Len() {
		fill(value.Index(i), request)
	}
}

func fillMap(value reflect.Value, request *source) {
	count := request.uint32()
	if count == isNil {
		return
	}
	value.Set(reflect.MakeMap(value.Type()))
	for range count {
		key := reflect.New(value.Type().Key()).Elem()
		fill(key, request)
		element := reflect.New(value.Type().Elem()).Elem()
		fill(element, request)
		value.SetMapIndex(key, element)
	}
}

func fillTime(request *source) time.Time {
	seconds := int64(request.uint64())
	nanosecond := int64(request.uint32())
	offset := int32(request.uint32())
	if request.byte() != 0 {
		return time.Unix(seconds, nanosecond).UTC()
	}
	return time.Unix(seconds, nanosecond).In(time.FixedZone("", int(offset)))
}

// dump writes a value as fill reads it: maps by key, a nil slice as an empty one.
func dump(value reflect.Value, answer *sink) {
	switch value.Type() {
	case timeType:
		dumpTime(value.Interface().(time.Time), answer)
		return
	case uriType:
		answer.string(value.Interface().(URI).text)
		return
	}
	switch value.Kind() {
	case reflect.Bool:
		answer.bool(value.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		answer.uint64(uint64(value.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		answer.uint64(value.Uint())
	case reflect.Float32, reflect.Float64:
		answer.uint64(math.Float64bits(value.Float()))
	case reflect.String:
		answer.string(value.String())
	case reflect.Slice:
		if value.Type().Elem().Kind() == reflect.Uint8 {
			answer.string(string(value.Bytes()))
			return
		}
		answer.uint32(uint32(value.Len()))
		for i := range value.Len() {
			dump(value.Index(i), answer)
		}
	case reflect.Array:
		for i := range value.Len() {
			dump(value.Index(i), answer)
		}
	case reflect.Map:
		dumpMap(value, answer)
	case reflect.Struct:
		for i := range value.NumField() {
			if value.Type().Field(i).IsExported() {
				dump(value.Field(i), answer)
			}
		}
	case reflect.Pointer:
		leadsNowhere := leadsNowhere(value, answer.flattensNil)
		answer.bool(!leadsNowhere)
		if !leadsNowhere {
			dump(value.Elem(), answer)
		}
	case reflect.Interface:
		answer.bool(!value.IsNil())
		if !value.IsNil() {
			answer.string(value.Elem().Type().String())
			dump(value.Elem(), answer)
		}
	default:
		panic("no value of " + value.Type().String())
	}
}

// leadsNowhere says whether a pointer is nil, or, if so told, what it points to.
func leadsNowhere(value reflect.Value, deeply bool) bool {
	switch value.Kind() {
	case reflect.Pointer:
		return value.IsNil() || deeply && leadsNowhere(value.Elem(), true)
	case reflect.Slice, reflect.Map, reflect.Interface:
		return value.IsNil()
	}
	return false
}

func dumpMap(value reflect.Value, answer *sink) {
	if value.IsNil() {
		answer.uint32(isNil)
		return
	}
	answer.uint32(uint32(value.Len()))
	entries := make([][2][]byte, 0, value.Len())
	for _, key := range value.MapKeys() {
		name, element := sink{flattensNil: answer.flattensNil}, sink{flattensNil: answer.flattensNil}
		dump(key, &name)
		dump(value.MapIndex(key), &element)
		entries = append(entries, [2][]byte{name.data, element.data})
	}
	slices.SortFunc(entries, func(a, b [2][]byte) int { return bytes.Compare(a[0], b[0]) })
	for _, entry := range entries {
		answer.data = append(append(answer.data, entry[0]...), entry[1]...)
	}
}

func dumpTime(t time.Time, answer *sink) {
	_, offset := t.Zone()
	answer.uint64(uint64(t.Unix()))
	answer.uint32(uint32(t.Nanosecond()))
	answer.uint32(uint32(int32(offset)))
	answer.bool(t.Location() == time.UTC)
}
