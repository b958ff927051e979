import GoWire
import NodeProtocol
import Testing

/// ROLE-3, HDR-7
@Suite struct RouteTests {
  private let slave = Routes(.slave)
  private let master = Routes(.master)

  @Test(
    arguments: [
      ("POST", "/api/v4/slave/ping", .ping),
      ("PUT", "/api/v4/slave/upload", .createUploadSession),
      ("POST", "/api/v4/slave/upload/s1?chunk=3", .uploadChunk(sessionID: "s1")),
      ("DELETE", "/api/v4/slave/upload/s%201", .deleteUploadSession(sessionID: "s 1")),
      (
        "GET", "/api/v4/slave/file/content/2/YQ==/0/a%2Bb+c.txt?sign=x",
        .content(nodeID: "2", source: "YQ==", speed: "0", name: "a+b+c.txt")
      ),
      ("HEAD", "/api/v4/slave/file/content/2/YQ==/0/n", .content(nodeID: "2", source: "YQ==", speed: "0", name: "n")),
      ("GET", "/api/v4/slave/file/content////n", .content(nodeID: "", source: "", speed: "", name: "n")),
      ("GET", "/api/v4/slave/file/content/2%2FYQ==/0/n", .content(nodeID: "2", source: "YQ==", speed: "0", name: "n")),
      ("GET", "/api/v4/slave/file/thumb//png", .thumbnail(source: "", ext: "png")),
      ("GET", "/api/v4/slave/file/meta/YQ==/jpg", .mediaMeta(source: "YQ==", ext: "jpg")),
      ("GET", "/api/v4/slave/file/list?path=a", .listFiles),
      ("DELETE", "/api/v4/slave/file", .deleteFiles),
      ("PUT", "/api/v4/slave/task", .createTask),
      ("GET", "/api/v4/slave/task/-1", .readTask(id: "-1")),
      ("POST", "/api/v4/slave/task/cleanup", .cleanUpTask),
      ("POST", "/api/v4/slave/download/select", .download(.select)),
      ("GET", "http://host:1/api/v4/slave/task/1", .readTask(id: "1")),
    ] as [(GoString, GoString, Route)])
  func `a slave serves the route`(method: GoString, target: GoString, route: Route) {
    #expect(slave.match(method: method, rawTarget: target) == .route(route))
  }

  @Test(
    arguments: [
      ("GET", "/api/v4/site/ping", .sitePing),
      ("POST", "/api/v4/callback/remote/s1/key", .uploadCallback(sessionID: "s1", key: "key")),
      ("PUT", "/api/v4/slave/statelessUpload/prepare", .prepareStatelessUpload),
      ("POST", "/api/v4/slave/statelessUpload/complete", .completeStatelessUpload),
      ("POST", "/api/v4/slave/statelessUpload/failed", .failStatelessUpload),
      ("POST", "/api/v4/slave/statelessUpload/create", .createStatelessFile),
      ("GET", "/api/v4/slave/credential/7", .credential(id: "7")),
      ("PUT", "/api/v4/slave/upload", .createUploadSession),
      ("GET", "/api/v4/slave/file/list", .listFiles),
    ] as [(GoString, GoString, Route)])
  func `a master serves the route`(method: GoString, target: GoString, route: Route) {
    #expect(master.match(method: method, rawTarget: target) == .route(route))
  }

  @Test(
    arguments: [
      (Role.slave, "GET", "/"), (.slave, "GET", "/api/v4/site/ping"), (.slave, "POST", "/api/v4/callback/remote/a/b"),
      (.slave, "PUT", "/api/v4/slave/statelessUpload/prepare"), (.slave, "HEAD", "/api/v4/slave/task/1"),
      (.slave, "get", "/api/v4/slave/task/1"), (.slave, "OPTIONS", "/api/v4/slave/ping"),
      (.slave, "GET", "/api/v4/slave/task/"), (.slave, "POST", "/api/v4/slave/upload/"),
      (.slave, "GET", "/api/v4/slave/file/content/"), (.slave, "GET", "/api/v4/slave/file/list//"),
      (.slave, "GET", "/api/v4/slave/task/1/x"), (.slave, "GET", "//api/v4/slave/task/1"),
      (.slave, "GET", "/api/v4/slave/task/a%2F%2F"), (.slave, "GET", "*"), (.slave, "GET", "/api/v4/slave/file/meta"),
      (.master, "POST", "/api/v4/slave/ping"), (.master, "PUT", "/api/v4/slave/task"),
      (.master, "POST", "/api/v4/slave/download/test"), (.master, "GET", "/api/v4/callback/remote/a/b"),
    ] as [(Role, GoString, GoString)])
  func `there is no such route`(role: Role, method: GoString, target: GoString) {
    #expect(Routes(role).match(method: method, rawTarget: target) == .notFound)
  }

  @Test(
    arguments: [
      ("GET", "/api/v4/slave/task/1/?a=b&c", 301, "/api/v4/slave/task/1?a=b&c"),
      ("GET", "/api/v4/slave/task//", 301, "/api/v4/slave/task/"),
      ("PUT", "/api/v4/slave/task/", 307, "/api/v4/slave/task"),
      ("DELETE", "/api/v4/slave/file/?sign=x", 307, "/api/v4/slave/file?sign=x"),
      ("HEAD", "/api/v4/slave/file/content/1/2/3/n/", 307, "/api/v4/slave/file/content/1/2/3/n"),
      ("GET", "/api/v4/slave/file/meta/SRC/", 301, "/api/v4/slave/file/meta/SRC"),
      ("GET", "/api/v4/slave/file/meta/SRC//", 301, "/api/v4/slave/file/meta/SRC/"),
      ("GET", "/api/v4/slave/file/content/1/", 301, "/api/v4/slave/file/content/1"),
      ("GET", "/api/v4/slave/file/content//", 301, "/api/v4/slave/file/content/"),
      ("GET", "/api/v4/slave/file/content/1/2/3/", 301, "/api/v4/slave/file/content/1/2/3"),
      ("GET", "/api/v4/slave/file/content/1//3/n/", 301, "/api/v4/slave/file/content/1/3/n"),
      ("GET", "/api/v4/slave/task/%22%C3%A4%20%3F/?x=\u{e4}", 301, "/api/v4/slave/task/%22%C3%A4%20%3F?x=%c3%a4"),
      ("GET", "/api/v4/slave/task/../", 301, "/api/v4/slave"),
      ("GET", "/api/v4/slave/task/1/?", 301, "/api/v4/slave/task/1?"),
    ] as [(GoString, GoString, Int, GoString)])
  func `one slash too many leads to the path without it`(
    method: GoString, target: GoString, status: Int, location: GoString
  ) throws {
    guard case .redirect(let redirect) = slave.match(method: method, rawTarget: target) else {
      Issue.record("no redirect")
      return
    }
    #expect(redirect.status == status)
    #expect(redirect.location == location)
    #expect((redirect.contentType != nil) == (method == "GET" || method == "HEAD"))
    #expect(redirect.body.isEmpty == (method != "GET"))
  }

  @Test(arguments: ["/api/v4/%zz", "/api/v4/%2", "", "api/v4", "/a\u{1}", "/a\u{7f}", "/%"] as [GoString])
  func `a target that is none is a bad request`(target: GoString) {
    #expect(slave.match(method: "GET", rawTarget: target) == .badRequest)
  }

  @Test(arguments: Recordings.cases(.slave, ["route"]))
  func `a recorded request is routed as recorded`(recorded: RecordedCase) throws {
    for exchange in recorded.exchanges {
      switch slave.match(method: exchange.method, rawTarget: exchange.target) {
      case .route, .badRequest: Issue.record("not routed as recorded")
      case .notFound:
        #expect(exchange.status == 404)
        #expect(exchange.answer == HeaderValue.notFoundText.bytes)
        #expect(exchange.answerHeader(HeaderName.contentType) == HeaderValue.plainText)
      case .redirect(let redirect):
        #expect(exchange.status == redirect.status)
        #expect(exchange.answer == redirect.body.bytes)
        #expect(exchange.answerHeader("Location") == redirect.location)
        #expect(exchange.answerHeader(HeaderName.contentType) == redirect.contentType)
      }
    }
  }

  @Test(arguments: Recordings.cases(.master, ["master", "callback", "credential", "master-storage", "stateless"]))
  func `a master's recorded requests find their routes`(recorded: RecordedCase) {
    for exchange in recorded.exchanges {
      let isRoute = master.match(method: exchange.method, rawTarget: exchange.target) != .notFound
      #expect(isRoute == (exchange.status != 404))
    }
  }

  @Test func `the link of a redirect is escaped as HTML`() {
    guard case .redirect(let redirect) = slave.match(method: "GET", rawTarget: "/api/v4/slave/task/1/?a='<&\">") else {
      Issue.record("no redirect")
      return
    }
    #expect(redirect.body == "<a href=\"/api/v4/slave/task/1?a=&#39;&lt;&amp;&#34;&gt;\">Moved Permanently</a>.\n\n")
  }

  @Test func `a query is read as Go reads it`() {
    let query = GoQuery("a=1&a=2&b=x+y%2Bz&c;d=1&e=%zz&%66=g&h&=i&&j==k")
    #expect(query["a"] == "1")
    #expect(query["b"] == "x y+z")
    #expect(query["c;d"] == nil)
    #expect(query["e"] == nil)
    #expect(query["f"] == "g")
    #expect(query["h"] == "")
    #expect(query[""] == "i")
    #expect(query["j"] == "=k")
    #expect(query["z"] == nil)
  }
}
