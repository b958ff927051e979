import GoWire

/// Times as text and as bytes, both ways (GOB-3, ENV-5).
struct TimeSubject: Subject {
  let name = "time"

  func question(_ choices: inout Choices) -> Question? {
    switch choices.next(3) {
    case 0: writing(&choices)
    case 1: readingText(&choices)
    default: readingBytes(&choices)
    }
  }

  private func writing(_ choices: inout Choices) -> Question {
    let time = GobValues.time(&choices)
    var request = RequestWriter("f")
    request.time(time)
    var expected = RequestWriter()
    expected.string(time.rfc3339)
    expected.outcome { () throws(GoTimeError) in try time.json().bytes }
    expected.outcome { () throws(GoTimeError) in try time.binary() }
    return Question(request, .result(expected.bytes)) { "\(time)" }
  }

  private static let pieces: [GoString] = [
    "2026", "-", "01", "02", "T", "03", ":", "04", "05", "Z", ".", ",", "5", "123456789", "+", "08", "00", "1", "24",
    "60",
    "30", "31", "29", "0000", "9999", " ", "t", "z", "é", "\"", "\\", "\u{7F}", "-07:00", "+24:60", "12", "13", "99",
    "٣",
  ]

  private func readingText(_ choices: inout Choices) -> Question {
    var text: GoString
    switch choices.next(4) {
    case 0:
      text = GobValues.time(&choices).rfc3339
    case 1, 2:
      let whole: [[GoString]] = [
        ["2026", "0000", "9999", "1900", "2024"], ["-"], ["01", "02", "12", "00", "13", "6"], ["-"],
        ["28", "01", "29", "30", "31", "32", "00", "7"], ["T", "t", " "], ["00", "23", "24", "7", "12"], [":"],
        ["00", "59", "60", "7"], [":"], ["00", "59", "60", "61"],
        ["", ".5", ",5", ".", ".123456789", ".1234567891", ".000"],
        [
          "Z", "+00:00", "-07:00", "+23:59", "+24:00", "+24:60", "-25:00", "+10:61", "+1:00", "*07:00", "+0x:00", "",
          "z",
        ],
        ["", "", "", " ", "Z", "é"],
      ]
      text = ""
      for part in whole {
        // Mostly what is sound.
        text += choices.next(3) < 2 ? part[0] : choices.pick(part)
      }
    default:
      text = choices.text(of: TimeSubject.pieces, usual: 12)
    }
    if choices.once(in: 4) { text = GoString(choices.damaged(text.bytes)) }
    let json = choices.once(in: 10) ? text : "\"" + text + "\""
    var request = RequestWriter("t")
    request.rest(json.bytes)
    // The text null is the caller's business.
    guard json != "null" else {
      return Question(request, .result([]), agrees: { _ in true }) { "null" }
    }
    return Question(request, TimeSubject.read { () throws(GoTimeError) in try GoTime(json: json) }) { "\(json.quoted)" }
  }

  private func readingBytes(_ choices: inout Choices) -> Question? {
    var bytes: [UInt8]
    do throws(GoTimeError) {
      bytes = try GobValues.time(&choices).binary()
    } catch {
      return nil
    }
    if choices.bool() {
      // Only where both programs mean the same: version, seconds and length.
      switch choices.next(3) {
      case 0: bytes[choices.next(9)] = UInt8(choices.next(256))
      case 1: bytes.removeLast(choices.next(bytes.count + 1))
      default: bytes.append(UInt8(choices.next(256)))
      }
      if bytes.first == 2, bytes.count == 16, bytes[15] > 127 { return nil }
    }
    var request = RequestWriter("u")
    request.rest(bytes)
    return Question(request, TimeSubject.read { () throws(GoTimeError) in try GoTime(binary: bytes) }) {
      readable(bytes)
    }
  }

  private static func read(_ reading: () throws(GoTimeError) -> GoTime) -> Question.Answer {
    do throws(GoTimeError) {
      var dump = RequestWriter()
      dump.time(try reading())
      return .result(dump.bytes)
    } catch {
      return .failure(error.text)
    }
  }
}

extension RequestWriter {
  /// What comes of a step: a zero and the bytes, or a one and the error's text.
  fileprivate mutating func outcome(_ step: () throws(GoTimeError) -> [UInt8]) {
    do throws(GoTimeError) {
      let bytes = try step()
      byte(0)
      string(bytes)
    } catch {
      byte(1)
      string(error.text)
    }
  }
}
