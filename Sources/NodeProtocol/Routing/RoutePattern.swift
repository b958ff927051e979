import GoWire

/// A line of the routing table: methods and a path with parameters, and the route they make (ROLE-3).
struct RoutePattern: Sendable {
  enum Segment: Hashable, Sendable {
    case literal(GoString)
    case parameter
  }

  let roles: [Role]
  let methods: [GoString]
  let segments: [Segment]
  private let parameterCount: Int
  /// Makes the route of as many parameters as there are in `segments`.
  let route: @Sendable ([GoString]) -> Route

  /// - Parameter path: below `/api/v4`; a segment that begins with a colon is a parameter.
  private init(
    _ roles: [Role], _ methods: [GoString], _ path: String, _ route: @escaping @Sendable ([GoString]) -> Route
  ) {
    self.roles = roles
    self.methods = methods
    segments = ("api/v4/" + path).split(separator: "/").map {
      $0.hasPrefix(":") ? .parameter : .literal(GoString(String($0)))
    }
    parameterCount = segments.count { $0 == .parameter }
    self.route = route
  }

  /// The parameters when the pattern fits, else nil. A parameter between two slashes may be empty, one at the end only when
  /// allowed.
  func parameters(of path: PathSegments, allowingEmptyEnd: Bool) -> [GoString]? {
    guard path.count == segments.count, allowingEmptyEnd || path.places.last?.isEmpty == false, fits(path) else {
      return nil
    }
    var parameters: [GoString] = []
    parameters.reserveCapacity(parameterCount)
    path.bytes.withUnsafeBufferPointer { bytes in
      for index in segments.indices {
        guard case .parameter = segments[index] else { continue }
        parameters.append(GoString(UnsafeBufferPointer(rebasing: bytes[path.places[index]])))
      }
    }
    return parameters
  }

  /// Whether a path ends, but for a slash, between two parameters of the pattern.
  func breaksOff(after path: PathSegments) -> Bool {
    guard path.count < segments.count, path.count > 0, segments[path.count - 1] == .parameter,
      segments[path.count] == .parameter
    else { return false }
    return fits(path)
  }

  /// Whether each segment of a path, which has no more than the pattern, is the pattern's. The last is looked at first: all
  /// patterns begin alike.
  private func fits(_ path: PathSegments) -> Bool {
    for index in path.places.indices.reversed() {
      guard case .literal(let text) = segments[index] else { continue }
      let place = path.places[index]
      guard place.count == text.count else { return false }
      let isSame = text.bytes.withUnsafeBufferPointer { text in
        path.bytes.withUnsafeBufferPointer { text.elementsEqual($0[place]) }
      }
      guard isSame else { return false }
    }
    return true
  }

  /// The whole table of both roles.
  static let all: [RoutePattern] = [
    RoutePattern([.slave], ["POST"], "slave/ping") { _ in .ping },
    RoutePattern([.slave, .master], ["PUT"], "slave/upload") { _ in .createUploadSession },
    RoutePattern([.slave, .master], ["POST"], "slave/upload/:sessionId") { .uploadChunk(sessionID: $0[0]) },
    RoutePattern([.slave, .master], ["DELETE"], "slave/upload/:sessionId") { .deleteUploadSession(sessionID: $0[0]) },
    RoutePattern([.slave, .master], ["GET", "HEAD"], "slave/file/content/:nodeId/:src/:speed/:name") {
      .content(nodeID: $0[0], source: $0[1], speed: $0[2], name: $0[3])
    },
    RoutePattern([.slave, .master], ["GET"], "slave/file/thumb/:src/:ext") { .thumbnail(source: $0[0], ext: $0[1]) },
    RoutePattern([.slave, .master], ["GET"], "slave/file/meta/:src/:ext") { .mediaMeta(source: $0[0], ext: $0[1]) },
    RoutePattern([.slave, .master], ["GET"], "slave/file/list") { _ in .listFiles },
    RoutePattern([.slave, .master], ["DELETE"], "slave/file") { _ in .deleteFiles },
    RoutePattern([.slave], ["PUT"], "slave/task") { _ in .createTask },
    RoutePattern([.slave], ["GET"], "slave/task/:id") { .readTask(id: $0[0]) },
    RoutePattern([.slave], ["POST"], "slave/task/cleanup") { _ in .cleanUpTask },
    RoutePattern([.slave], ["POST"], "slave/download/task") { _ in .download(.task) },
    RoutePattern([.slave], ["POST"], "slave/download/status") { _ in .download(.status) },
    RoutePattern([.slave], ["POST"], "slave/download/cancel") { _ in .download(.cancel) },
    RoutePattern([.slave], ["POST"], "slave/download/select") { _ in .download(.select) },
    RoutePattern([.slave], ["POST"], "slave/download/test") { _ in .download(.test) },
    RoutePattern([.master], ["GET"], "site/ping") { _ in .sitePing },
    RoutePattern([.master], ["POST"], "callback/remote/:sessionID/:key") {
      .uploadCallback(sessionID: $0[0], key: $0[1])
    },
    RoutePattern([.master], ["PUT"], "slave/statelessUpload/prepare") { _ in .prepareStatelessUpload },
    RoutePattern([.master], ["POST"], "slave/statelessUpload/complete") { _ in .completeStatelessUpload },
    RoutePattern([.master], ["POST"], "slave/statelessUpload/failed") { _ in .failStatelessUpload },
    RoutePattern([.master], ["POST"], "slave/statelessUpload/create") { _ in .createStatelessFile },
    RoutePattern([.master], ["GET"], "slave/credential/:id") { .credential(id: $0[0]) },
  ]
}

/// A path taken apart at its slashes; no segments unless it begins with one.
struct PathSegments {
  let bytes: [UInt8]
  /// Where each segment lies in `bytes`.
  private(set) var places: [Range<Int>] = []

  var count: Int { places.count }

  init(_ path: GoString) {
    bytes = path.bytes
    guard bytes.first == UInt8(ascii: "/") else { return }
    places.reserveCapacity(10)
    var start = 1
    for index in 1..<bytes.count where bytes[index] == UInt8(ascii: "/") {
      places.append(start..<index)
      start = index + 1
    }
    places.append(start..<bytes.count)
  }

  /// Without the last segment.
  var shortened: PathSegments {
    var copy = self
    _ = copy.places.popLast()
    return copy
  }
}
