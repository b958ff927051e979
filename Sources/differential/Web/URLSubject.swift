import GoWire

/// URLs, queries, escapes, paths and names of headers (SIGN-9, PING-4, HDR-7).
struct URLSubject: Subject {
  let name = "url"

  private static let pieces: [GoString] = [
    "http", "https", "HTTP", "1x", "a+b", "://", ":", "/", "//", "a", "b.c", "localhost", "127.0.0.1", "[::1]",
    "[fe80::1%25en0]",
    "[", "]", ":80", ":x", "?", "#", "@", "user", "pa%20ss", "%", "%2", "%2F", "%41", "%zz", "%e6%97%a5", "é", " ",
    "\u{7F}",
    "\n", "\u{0}", "+", ";", "&", "=", "..", ".", "*", "!", "'", "(", "|", "^", "<", "\"", "\\", "~", "$", ",",
    "mailto", "%25",
  ]
  private static let starts: [GoString] = [
    "http://", "https://a", "/", "//a/", "a:", "http://u:p@h:1/p?q#f", "?", "#", "mailto:",
  ]
  private static let queries: [GoString] = [
    "a", "b", "=", "&", ";", "+", "%20", "%", "%4", "%zz", "%41", "é", "sign", "path", "/", "==", "&&", "?", "#", " ",
    "%00",
  ]
  private static let paths: [GoString] = [
    "/", "//", ".", "..", "a", "b.c", ".d", "/..", "./", "é", "", "a/", "...", "\\",
  ]
  private static let headers: [GoString] = [
    "x", "X", "-", "cr", "CR", "node", "Id", "_", "é", " ", ":", "1", "content", "TYPE", "\u{0}", "\u{212A}", "ſ",
  ]

  func question(_ choices: inout Choices) -> Question? {
    switch choices.next(6) {
    case 0: escaping(&choices)
    case 1, 2: parsing(&choices)
    case 3: parsingQuery(&choices)
    case 4: path(&choices)
    default: header(&choices)
    }
  }

  private func escaping(_ choices: inout Choices) -> Question {
    let text = choices.bool() ? choices.text() : choices.text(of: URLSubject.queries)
    var request = RequestWriter("p")
    request.rest(text.bytes)
    var expected = RequestWriter()
    expected.string(text.pathEscaped)
    expected.string(text.queryEscaped)
    expected.text { () throws(GoURLError) in try text.pathUnescaped() }
    expected.text { () throws(GoURLError) in try text.queryUnescaped() }
    return Question(request, .result(expected.bytes)) { "escapes of \(readable(text.bytes))" }
  }

  private func parsing(_ choices: inout Choices) -> Question {
    var text = choices.bool() ? choices.pick(URLSubject.starts) : ""
    text += choices.text(of: URLSubject.pieces, usual: 8, most: 20)
    var request = RequestWriter("P")
    request.rest(text.bytes)
    let expected: Question.Answer
    do throws(GoURLError) {
      var parts = RequestWriter()
      parts.url(try GoURL(text))
      expected = .result(parts.bytes)
    } catch {
      expected = .failure(error.text)
    }
    return Question(request, expected) { "URL \(readable(text.bytes))" }
  }

  private func parsingQuery(_ choices: inout Choices) -> Question {
    let text = choices.text(of: URLSubject.queries, usual: 12, most: 60)
    var request = RequestWriter("q")
    request.rest(text.bytes)
    let query = GoQuery(text)
    var expected = RequestWriter()
    expected.string(query.error?.text ?? "")
    let names = Set(query.pairs.map(\.name)).sorted()
    expected.uint32(UInt32(names.count))
    for name in names {
      expected.string(name)
      let values = query.values(name)
      expected.uint32(UInt32(values.count))
      for value in values { expected.string(value) }
    }
    return Question(request, .result(expected.bytes)) { "query \(readable(text.bytes))" }
  }

  private func path(_ choices: inout Choices) -> Question {
    let first = choices.text(of: URLSubject.paths, usual: 8, most: 20)
    let second = choices.text(of: URLSubject.paths, usual: 5, most: 10)
    var request = RequestWriter("c")
    request.string(first)
    request.string(second)
    var expected = RequestWriter()
    expected.string(GoPath.clean(first))
    expected.string(GoPath.join(first, second))
    expected.string(GoPath.base(first))
    expected.string(GoPath.directory(first))
    expected.string(GoPath.fileExtension(first))
    return Question(request, .result(expected.bytes)) { "paths \(first.quoted) and \(second.quoted)" }
  }

  private func header(_ choices: inout Choices) -> Question {
    let text = choices.text(of: URLSubject.headers, usual: 6, most: 12)
    var request = RequestWriter("h")
    request.rest(text.bytes)
    return Question(request, .result(text.canonicalHeaderName.bytes)) { "header name \(text.quoted)" }
  }
}

extension RequestWriter {
  fileprivate mutating func text(_ read: () throws(GoURLError) -> GoString) {
    do throws(GoURLError) {
      let text = try read()
      byte(0)
      string(text)
    } catch {
      byte(1)
      string(error.text)
    }
  }

  fileprivate mutating func url(_ url: GoURL) {
    string(url.scheme)
    string(url.opaque)
    bool(url.user != nil)
    if let user = url.user {
      string(user.name)
      bool(user.password != nil)
      string(user.password ?? "")
    }
    string(url.host)
    string(url.path)
    string(url.escapedPath)
    bool(url.forcesQuery)
    string(url.rawQuery)
    string(url.fragment)
    string(url.text)
  }
}
