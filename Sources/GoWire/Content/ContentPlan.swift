/// How a file is served: what Go's `http.ServeContent` does without a modification time, as a plan (ST-10).
///
/// The plan names the fields that depend on the file; `Cache-Control`, `Content-Disposition` and the like are the caller's, and
/// stay for every status.
public struct ContentPlan: Hashable, Sendable {
  public struct Field: Hashable, Sendable {
    public var name: GoString
    public var value: GoString

    public init(_ name: GoString, _ value: GoString) {
      self.name = name
      self.value = value
    }
  }

  /// A piece of the body.
  public enum Part: Hashable, Sendable {
    case bytes([UInt8])
    case file(ContentRange)

    public var count: Int64 {
      switch self {
      case .bytes(let bytes): Int64(bytes.count)
      case .file(let range): range.count
      }
    }
  }

  /// 200, 206, 304, 412 or 416.
  public var status: Int
  /// All but `Content-Length`: `Etag`, and as they apply `Accept-Ranges`, `Content-Range`, `Content-Type`, `X-Content-Type-Options`.
  public var fields: [Field]
  /// The body, in order. An answer to `HEAD` has the same parts and does not send them.
  public var parts: [Part]
  /// What `Content-Length` says; nil with 304, which has none.
  public var length: Int64?

  /// Plans the answer to a request for a file.
  /// - Parameters:
  ///   - method: the request's; `GET` and `HEAD` are reads.
  ///   - conditions: what the request's header asks for.
  ///   - size: the file's, in bytes.
  ///   - etag: the file's tag with its quotes; empty for none.
  ///   - contentType: the file's.
  ///   - boundary: makes the boundary of a multipart body; called only when one is needed.
  public init(
    method: GoString, conditions: ContentConditions, size: Int64, etag: GoString, contentType: GoString,
    boundary: () -> GoString
  ) {
    let size = max(0, size)
    let tag = etag.isEmpty ? nil : Field(Self.etagName, etag)
    switch conditions.judge(etag: etag, isRead: method.is("GET") || method.is("HEAD")) {
    case .notModified:
      self.init(status: 304, fields: Self.fields(tag), parts: [], length: nil)
    case .preconditionFailed:
      self.init(status: 412, fields: Self.fields(tag), parts: [], length: 0)
    case .serve(let range):
      do throws(ContentRange.Failure) {
        let ranges = try range.map { field throws(ContentRange.Failure) in try ContentRange.parse(field, size: size) }
        self.init(ranges ?? [], size: size, tag: tag, contentType: contentType, boundary: boundary)
      } catch {
        switch error {
        case .noOverlap where size == 0:
          self.init([], size: size, tag: tag, contentType: contentType, boundary: boundary)
        case .noOverlap:
          let field = Field("Content-Range", GoString("bytes */\(size)"))
          self.init(unsatisfiable: "invalid range: failed to overlap", fields: Self.fields(tag, field))
        case .invalid:
          self.init(unsatisfiable: "invalid range", fields: Self.fields(tag))
        }
      }
    }
  }

  // Made once: every answer has them.
  private static let etagName: GoString = "Etag"
  private static let typeName: GoString = "Content-Type"
  private static let acceptRanges = Field("Accept-Ranges", "bytes")

  private static func fields(
    _ tag: Field?, _ first: Field? = nil, _ second: Field? = nil, _ third: Field? = nil
  ) -> [Field] {
    var fields: [Field] = []
    // The caller adds some.
    fields.reserveCapacity(7)
    if let tag { fields.append(tag) }
    if let first { fields.append(first) }
    if let second { fields.append(second) }
    if let third { fields.append(third) }
    return fields
  }

  private init(status: Int, fields: [Field], parts: [Part], length: Int64?) {
    self.status = status
    self.fields = fields
    self.parts = parts
    self.length = length
  }

  private init(unsatisfiable text: GoString, fields: [Field]) {
    let body = text + "\n"
    self.init(
      status: 416,
      fields: fields + [
        Field("Content-Type", "text/plain; charset=utf-8"), Field("X-Content-Type-Options", "nosniff"),
      ],
      parts: [.bytes(body.bytes)], length: Int64(body.count))
  }

  /// A whole file, one range, or several.
  private init(
    _ wanted: [ContentRange], size: Int64, tag: Field?, contentType: GoString, boundary: () -> GoString
  ) {
    // Ranges that sum to more than the file are not worth their while, or an attack.
    let ranges = ContentPlan.exceed(wanted, size) ? [] : wanted
    switch ranges.count {
    case 0:
      self.init(
        status: 200, fields: Self.fields(tag, Self.acceptRanges, Field(Self.typeName, contentType)),
        parts: size == 0 ? [] : [.file(ContentRange(start: 0, count: size))], length: size)
    case 1:
      self.init(
        status: 206,
        fields: Self.fields(
          tag, Self.acceptRanges, Field("Content-Range", ranges[0].field(size: size)), Field(Self.typeName, contentType)
        ),
        parts: ranges[0].count == 0 ? [] : [.file(ranges[0])], length: ranges[0].count)
    default:
      let boundary = boundary()
      let parts = ContentPlan.multipart(ranges, size: size, contentType: contentType, boundary: boundary)
      self.init(
        status: 206,
        fields: Self.fields(
          tag, Self.acceptRanges, Field(Self.typeName, "multipart/byteranges; boundary=" + boundary)),
        parts: parts, length: parts.reduce(0) { $0 &+ $1.count })
    }
  }

  /// Whether the ranges together are longer than the file.
  private static func exceed(_ ranges: [ContentRange], _ size: Int64) -> Bool {
    var left = size
    for range in ranges {
      if range.count > left { return true }
      left -= range.count
    }
    return false
  }

  private static func multipart(
    _ ranges: [ContentRange], size: Int64, contentType: GoString, boundary: GoString
  ) -> [Part] {
    var parts: [Part] = []
    var text: GoString = ""
    for (index, range) in ranges.enumerated() {
      text += (index == 0 ? "--" : "\r\n--") + boundary + "\r\n"
      text += "Content-Range: " + range.field(size: size) + "\r\nContent-Type: " + contentType + "\r\n\r\n"
      if range.count == 0 { continue }
      parts.append(.bytes(text.bytes))
      parts.append(.file(range))
      text = ""
    }
    parts.append(.bytes((text + "\r\n--" + boundary + "--\r\n").bytes))
    return parts
  }

  /// A boundary as Go makes it, 60 hexadecimal digits from 30 random bytes.
  public static func boundary(random: [UInt8]) -> GoString {
    var digits: [UInt8] = []
    for byte in random { Hexadecimal.append(byte, to: &digits) }
    return GoString(digits)
  }
}
