import GoWire
import Testing

@Suite struct GoURLTests {
  private static let refused: [(String, String)] = [
    ("127.0.0.1:5212", "first path segment in URL cannot contain colon"),
    ("http://h:port/", "invalid port \":port\" after host"),
    ("http://h\u{1}/", "net/url: invalid control character in URL"),
    (":x", "missing protocol scheme"),
    ("http://a b/", "invalid character \" \" in host name"),
    ("http://h/%zz", "invalid URL escape \"%zz\""),
    ("http://[::1", "missing ']' in host"),
    ("http://a[::1]/", "invalid IP-literal"),
    ("http://[1.2.3.4]/", "invalid IP-literal"),
    (
      "http://[::g]/",
      "invalid host: ParseAddr(\"::g\"): each colon-separated field must have at least one digit (at \"g\")"
    ),
    ("http://u ser@h/", "net/url: invalid userinfo"),
  ]

  @Test(arguments: refused.indices)
  func `what is no URL is refused with Go's words`(_ index: Int) {
    let (text, reason) = Self.refused[index]
    let error = #expect(throws: GoURLError.self) { try GoURL(GoString(text)) }
    #expect(error?.text == "parse " + GoString(text).quoted + ": " + GoString(reason))
  }

  @Test func `a URL is taken apart and put together`() throws {
    let text: GoString = "HTTP://us%65r:p%40ss@[fe80::1%25en0]:8080/a%2Fb/c%20d?q=1&r=%26#fr%61g"
    let url = try GoURL(text)
    #expect(url.scheme == "http")
    #expect(url.user == GoURL.UserInfo("user", password: "p@ss"))
    #expect(url.host == "[fe80::1%en0]:8080")
    #expect(url.hostname == "fe80::1%en0")
    #expect(url.port == "8080")
    #expect(url.path == "/a/b/c d")
    #expect(url.rawPath == "/a%2Fb/c%20d")
    #expect(url.rawQuery == "q=1&r=%26")
    #expect(url.fragment == "frag")
    #expect(url.requestTarget == "/a%2Fb/c%20d?q=1&r=%26")
  }

  @Test(arguments: [
    "cloudreve://my/a%20b.txt", "http://h", "http://h/?", "http://h?a=b", "mailto:x@y", "//h/p", "/p", "p/q?r",
    "file:/p", "*",
    "http://u@h/", "http://h/a;b,c", "x://a:1,b:2/",
  ])
  func `a URL's text comes back`(_ text: String) throws {
    #expect(try GoURL(GoString(text)).text == GoString(text))
  }

  private static let references: [(String, String)] = [
    ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"),
    ("//g", "http://g"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"), ("#s", "http://a/b/c/d;p?q#s"),
    ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("..", "http://a/b/"), ("../g", "http://a/b/g"),
    ("../../../g", "http://a/g"), ("g;x=1/../y", "http://a/b/c/y"), ("https://x/../y", "https://x/y"),
  ]

  @Test(arguments: references.indices)
  func `references are resolved as RFC 3986 shows`(_ index: Int) throws {
    let (reference, expected) = Self.references[index]
    let base = try GoURL("http://a/b/c/d;p?q")
    #expect(base.resolving(try GoURL(GoString(reference))).text == GoString(expected))
  }

  @Test func `a request's target is an absolute path or URL`() throws {
    let target = try GoURL(requestTarget: "/api/v4/slave/file/list?path=a%20b+c&x")
    #expect(target.path == "/api/v4/slave/file/list")
    #expect(target.query["path"] == "a b c")
    #expect(try GoURL(requestTarget: "//h/p").path == "//h/p")
    #expect(try GoURL(requestTarget: "http://h/p").host == "h")
    #expect(throws: GoURLError.self) { try GoURL(requestTarget: "p") }
    #expect(throws: GoURLError.self) { try GoURL(requestTarget: "/%") }
    #expect(throws: GoURLError.self) { try GoURL(requestTarget: "") }
  }
}
