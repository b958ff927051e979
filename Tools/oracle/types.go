package main

import (
	"encoding/gob"
	"fmt"
	"io"
	"reflect"
	"time"
)

// Types with names of their own; the asking side has the same, in the same order.
type (
	Small struct {
		A int
		B string
	}
	Pair struct {
		Key   string
		Value float64
	}
	Empty  struct{}
	Hidden struct {
		Shown  int
		hidden string
		Last   bool
	}
	Status string
	Level  int8
	Names  []string
	Table  map[string]int
	Grid   [2]uint16
	Raw    []byte
	URI    struct{ text string }
	Nested struct {
		Small   Small
		Pointer *Small
		List    []Small
		Map     map[string]Small
		When    time.Time
		Since   *time.Time
		Where   URI
		Also    *URI
		Any     any
		Status  Status
		Levels  []Level
		Raw     Raw
		Empty   Empty
	}
	Lists struct {
		Bools    []bool
		Ints     []int
		Bytes    []byte
		Shorts   [3]int16
		Floats   []float32
		Strings  []string
		Times    []time.Time
		URIs     []*URI
		Pointers []*Pair
		Names    Names
		Grid     *Grid
		Deep     [][]map[int][]string
		Anys     []any
	}
)

func (u URI) MarshalBinary() ([]byte, error) { return []byte(u.text), nil }

func (u *URI) UnmarshalBinary(data []byte) error {
	u.text = string(data)
	return nil
}

var (
	anyType  = reflect.TypeFor[any]()
	timeType = reflect.TypeFor[time.Time]()
	uriType  = reflect.TypeFor[URI]()

	named     = map[string]reflect.Type{}
	concrete  = map[string]reflect.Type{}
	generated = map[uint32]reflect.Type{}
)

func init() {
	for _, t := range []reflect.Type{
		reflect.TypeFor[Small](), reflect.TypeFor[Pair](), reflect.TypeFor[Empty](), reflect.TypeFor[Hidden](),
		reflect.TypeFor[Status](), reflect.TypeFor[Level](), reflect.TypeFor[Names](), reflect.TypeFor[Table](),
		reflect.TypeFor[Grid](), reflect.TypeFor[Raw](), uriType, timeType, reflect.TypeFor[Nested](),
		reflect.TypeFor[Lists](),
	} {
		named[t.String()] = t
		meet(t)
	}
	// What interface values may hold.
	for _, value := range []any{Small{}, Status(""), Names(nil), URI{}, Nested{}} {
		name := reflect.TypeOf(value).String()
		gob.RegisterName(name, value)
		concrete[name] = reflect.TypeOf(value)
	}
	for _, value := range []any{
		false, 0, int8(0), uint(0), uint64(0), 0.0, "", []byte(nil), []string(nil), []int(nil), []bool(nil),
	} {
		concrete[reflect.TypeOf(value).String()] = reflect.TypeOf(value)
		meet(reflect.TypeOf(value))
	}
}

// meet has gob number the type now, and not when a value of it first comes.
func meet(t reflect.Type) {
	value := reflect.New(t).Elem()
	for target := value; target.Kind() == reflect.Pointer; target = target.Elem() {
		target.Set(reflect.New(target.Type().Elem()))
	}
	// An array of nil pointers cannot be sent, but its type is numbered before that shows.
	_ = gob.NewEncoder(io.Discard).EncodeValue(value)
}

// defineType gives a type the number by which later questions name it, and makes gob meet it if told so.
func defineType(request *source, answer *sink) {
	number := request.uint32()
	isMet := request.byte() != 0
	t := readType(request)
	if isMet {
		meet(t)
	}
	generated[number] = t
	answer.result([]byte(t.String()))
}

func readType(request *source) reflect.Type {
	switch kind := request.byte(); kind {
	case 'b':
		return reflect.TypeFor[bool]()
	case 'i':
		return map[byte]reflect.Type{
			0: reflect.TypeFor[int](), 8: reflect.TypeFor[int8](), 16: reflect.TypeFor[int16](),
			32: reflect.TypeFor[int32](), 64: reflect.TypeFor[int64](),
		}[request.byte()]
	case 'u':
		return map[byte]reflect.Type{
			0: reflect.TypeFor[uint](), 8: reflect.TypeFor[uint8](), 16: reflect.TypeFor[uint16](),
			32: reflect.TypeFor[uint32](), 64: reflect.TypeFor[uint64](),
		}[request.byte()]
	case 'f':
		return map[byte]reflect.Type{32: reflect.TypeFor[float32](), 64: reflect.TypeFor[float64]()}[request.byte()]
	case 's':
		return reflect.TypeFor[string]()
	case 'B':
		return reflect.TypeFor[[]byte]()
	case 'l':
		return reflect.SliceOf(readType(request))
	case 'a':
		count := request.uint32()
		return reflect.ArrayOf(int(count), readType(request))
	case 'm':
		key := readType(request)
		return reflect.MapOf(key, readType(request))
	case 'p':
		return reflect.PointerTo(readType(request))
	case 'I':
		return anyType
	case 'n':
		return named[request.string()]
	case 'S':
		fields := make([]reflect.StructField, request.uint32())
		for i := range fields {
			fields[i].Name = request.string()
			fields[i].Tag = reflect.StructTag(request.string())
			fields[i].Type = readType(request)
		}
		return reflect.StructOf(fields)
	default:
		panic(fmt.Sprintf("no type %q", kind))
	}
}
