import GoWire
import Testing

@Suite struct GoTimeTests {
  private static func time(_ vector: Vector) throws -> GoTime {
    try GoTime(binary: vector.bytes("binary_hex"))
  }

  @Test func `all 5 vectors are read`() {
    #expect(Vector.all("times", label: "json").count == 5)
  }

  @Test(arguments: Vector.all("times", label: "json"))
  func `a time is written and read as JSON and as bytes`(_ vector: Vector) throws {
    let json = try #require(vector.value["json"]?.string)
    let time = try GoTime(json: json)
    #expect(String(time.unixSeconds) == vector.value["unix"]?.text)
    #expect(Int(time.nanosecond) == vector.value["nanosecond"]?.int)
    #expect(try time.json() == json)
    #expect(try time.binary() == vector.bytes("binary_hex"))
    #expect(try GoTime(binary: vector.bytes("binary_hex")) == time)
  }

  @Test(arguments: [
    ("2026-01-02T3:04:05Z", "2026-01-02T03:04:05Z"),
    ("2026-01-02T03:04:05,5Z", "2026-01-02T03:04:05.5Z"),
    ("2026-01-02T03:04:05.1234567899Z", "2026-01-02T03:04:05.123456789Z"),
    ("2026-01-02T03:04:05+00:00", "2026-01-02T03:04:05Z"),
    ("2024-02-29T23:59:59-23:59", "2024-02-29T23:59:59-23:59"),
    ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
    ("9999-12-31T23:59:59.999999999+01:00", "9999-12-31T23:59:59.999999999+01:00"),
  ])
  func `what Go takes for RFC 3339 is read`(_ text: GoString, _ printed: GoString) throws {
    #expect(try GoTime(rfc3339: text).rfc3339 == printed)
  }

  @Test(arguments: [
    ("", #"parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006""#),
    ("abc", #"parsing time "abc" as "2006-01-02T15:04:05Z07:00": cannot parse "abc" as "2006""#),
    ("2026-13-02T03:04:05Z", #"parsing time "2026-13-02T03:04:05Z": month out of range"#),
    ("2026-02-29T03:04:05Z", #"parsing time "2026-02-29T03:04:05Z": day out of range"#),
    ("2026-01-02T24:04:05Z", #"parsing time "2026-01-02T24:04:05Z": hour out of range"#),
    ("2026-01-02T03:04:60Z", #"parsing time "2026-01-02T03:04:60Z": second out of range"#),
    (
      "2026-01-02 03:04:05Z",
      #"parsing time "2026-01-02 03:04:05Z" as "2006-01-02T15:04:05Z07:00": cannot parse " 03:04:05Z" as "T""#
    ),
    (
      "2026-01-02T03:04:05",
      #"parsing time "2026-01-02T03:04:05" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00""#
    ),
    ("2026-01-02T03:04:05Zé", #"parsing time "2026-01-02T03:04:05Z\xc3\xa9": extra text: "\xc3\xa9""#),
    ("2026-01-02T03:04:05+25:00", #"parsing time "2026-01-02T03:04:05+25:00": time zone offset hour out of range"#),
  ])
  func `anything else is refused with the words of Go`(_ text: GoString, _ error: GoString) {
    #expect(throws: GoTimeError(error)) { try GoTime(rfc3339: text) }
  }

  @Test func `offsets that are no whole minutes take 16 bytes`() throws {
    let time = GoTime(unixSeconds: -2_524_500_000, nanosecond: 1, offsetSeconds: -17_762, isUTC: false)
    let bytes = try time.binary()
    #expect(bytes.count == 16)
    #expect(try GoTime(binary: bytes) == time)
  }

  @Test func `an offset that means UTC in bytes cannot be written`() {
    let time = GoTime(unixSeconds: 0, offsetSeconds: -60, isUTC: false)
    #expect(throws: GoTimeError("Time.MarshalBinary: unexpected zone offset")) { try time.binary() }
  }

  private static let brokenBytes: [([UInt8], GoString)] = [
    ([], "Time.UnmarshalBinary: no data"), ([3], "Time.UnmarshalBinary: unsupported version"),
    ([1, 0], "Time.UnmarshalBinary: invalid length"),
    ([1, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0, 0, 0, 0xFF, 0xFF], "Time.UnmarshalBinary: nanoseconds out of range"),
  ]

  @Test(arguments: brokenBytes)
  func `bytes that are no time are refused`(_ bytes: [UInt8], _ error: GoString) {
    #expect(throws: GoTimeError(error)) { try GoTime(binary: bytes) }
  }

  @Test func `a year beyond four digits cannot be written as JSON`() {
    let late = GoTime(unixSeconds: 253_402_300_800)
    #expect(late.rfc3339 == "10000-01-01T00:00:00Z")
    #expect(throws: GoTimeError("Time.MarshalJSON: year outside of range [0,9999]")) { try late.json() }
  }

  @Test func `instants are compared wherever they are shown`() {
    let early = GoTime(unixSeconds: 10, nanosecond: 5, offsetSeconds: 3_600, isUTC: false)
    let late = GoTime(unixSeconds: 10, nanosecond: 6)
    #expect(early.isBefore(late) && late.isAfter(early) && !late.isBefore(early))
    #expect(early.isSameInstant(as: early.inUTC) && early != early.inUTC)
    #expect(late.adding(seconds: -20).unixSeconds == -10)
  }

  @Test(arguments: [0, 4, 1600, 1899, 1900, 1970, 2000, 2023, 2024, 2100, 9999])
  func `every day of a year has its date`(_ year: Int) throws {
    let digits = String(10_000 + year).dropFirst()
    var day = try GoTime(rfc3339: "\(digits)-01-01T12:00:00Z")
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    var wrong: [GoString] = []
    for (month, length) in [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
      for number in 1...length {
        let expected = "\(digits)-\(GoTimeTests.twoDigits(month + 1))-\(GoTimeTests.twoDigits(number))T12:00:00Z"
        let text = day.rfc3339
        if text != GoString(expected) || (try? GoTime(rfc3339: text)) != day { wrong.append(text) }
        day = day.adding(seconds: 86_400)
      }
    }
    #expect(wrong.isEmpty)
  }

  private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
