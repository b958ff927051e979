/// Content types by a name's extension, as Go's `mime` package knows them on Unix: a table of its own and the host's.
public struct MIMETypes: Sendable {
  /// By extension as written, dot included.
  private var exact: [GoString: GoString]
  /// By extension in lower case.
  private var lower: [GoString: GoString]

  /// Where hosts keep a table in the form of `addGlobs`; Go reads the first that exists.
  public static let globsPaths = ["/usr/local/share/mime/globs2", "/usr/share/mime/globs2"]

  /// Where hosts keep tables in the form of `addTypes`; Go reads each that exists, when there is no table of globs.
  public static let typesPaths = [
    "/etc/mime.types", "/etc/apache2/mime.types", "/etc/apache/mime.types", "/etc/httpd/conf/mime.types",
  ]

  /// Go's own table.
  public init() {
    exact = MIMETypes.builtin
    lower = MIMETypes.builtin
  }

  /// Go's own table and the host's.
  /// - Parameter read: gives a file's content, or nil when there is none.
  public init(host read: (String) -> [UInt8]?) {
    self.init()
    for path in MIMETypes.globsPaths {
      if let content = read(path) {
        addGlobs(content)
        return
      }
    }
    for path in MIMETypes.typesPaths {
      if let content = read(path) { addTypes(content) }
    }
  }

  /// The type of an extension with its dot, looked up as it is, then in lower case; nil when it is not known.
  public func type(ofExtension name: GoString) -> GoString? {
    exact[name] ?? lower[name.asciiLowercased]
  }

  /// Adds a `globs2` file of shared-mime-info: lines `weight:type:*.ext`, the heaviest first, which counts. Other globs are left out.
  public mutating func addGlobs(_ content: [UInt8]) {
    for line in MIMETypes.lines(content) {
      let fields = line.split(UInt8(ascii: ":"))
      guard fields.count >= 3, !fields[0].isEmpty, !fields[0].hasPrefix("#"), fields[2].hasPrefix("*."),
        fields[2].count >= 3
      else { continue }
      let name = fields[2].dropping(1)
      if name.bytes.contains(where: { URLPart.isOne($0, of: "?*[") }) || exact[name] != nil { continue }
      set(name, fields[1])
    }
  }

  /// Adds a `mime.types` file: lines `type ext ext …`, the last that names an extension counts.
  public mutating func addTypes(_ content: [UInt8]) {
    for line in MIMETypes.lines(content) {
      let fields = line.bytes.split { $0 == 0x20 || 0x09...0x0D ~= $0 }.map { GoString($0) }
      guard fields.count > 1, !fields[0].hasPrefix("#") else { continue }
      for name in fields.dropFirst() {
        if name.hasPrefix("#") { break }
        set("." + name, fields[0])
      }
    }
  }

  private static func lines(_ content: [UInt8]) -> [GoString] {
    GoString(content).split(UInt8(ascii: "\n")).map { $0.hasSuffix("\r") ? $0.keeping($0.count - 1) : $0 }
  }

  /// Text gets a charset; what is no media type, or has parameters, is left out.
  private mutating func set(_ name: GoString, _ type: GoString) {
    let halves = type.split(UInt8(ascii: "/"))
    guard halves.count <= 2, halves.allSatisfy(\.isHeaderName) else { return }
    let full = type.hasPrefix("text/") ? type.asciiLowercased + "; charset=utf-8" : type
    exact[name] = full
    lower[name.asciiLowercased] = full
  }

  /// The extensions that browsers agree on.
  private static let builtin: [GoString: GoString] = {
    let byType: [(GoString, String)] = [
      ("application/gzip", "gz"),
      ("application/json", "json"),
      ("application/msword", "doc"),
      ("application/octet-stream", "bin com exe"),
      ("application/pdf", "pdf"),
      ("application/postscript", "ai eps ps"),
      ("application/rdf+xml", "rdf"),
      ("application/rtf", "rtf"),
      ("application/vnd.android.package-archive", "apk"),
      ("application/vnd.ms-excel", "xls"),
      ("application/vnd.ms-powerpoint", "ppt"),
      ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
      ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
      ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
      ("application/wasm", "wasm"),
      ("application/xhtml+xml", "xht xhtml"),
      ("application/zip", "zip"),
      ("audio/flac", "flac"),
      ("audio/mp4", "m4a"),
      ("audio/mpeg", "mp3"),
      ("audio/ogg", "oga ogg opus"),
      ("audio/wav", "wav"),
      ("audio/webm", "webm"),
      ("image/apng", "apng"),
      ("image/avif", "avif"),
      ("image/bmp", "bmp"),
      ("image/gif", "gif"),
      ("image/jpeg", "jfif jpeg jpg pjp pjpeg"),
      ("image/png", "png"),
      ("image/svg+xml", "svg"),
      ("image/tiff", "tif tiff"),
      ("image/vnd.microsoft.icon", "ico"),
      ("image/webp", "webp"),
      ("image/x-xbitmap", "xbm"),
      ("message/rfc822", "eml"),
      ("text/calendar; charset=utf-8", "ics"),
      ("text/css; charset=utf-8", "css"),
      ("text/csv; charset=utf-8", "csv"),
      ("text/html; charset=utf-8", "ehtml htm html shtml"),
      ("text/javascript; charset=utf-8", "js mjs"),
      ("text/plain; charset=utf-8", "text txt"),
      ("text/vtt; charset=utf-8", "vtt"),
      ("text/xml; charset=utf-8", "xbl xml xsl"),
      ("video/mp4", "mp4"),
      ("video/ogg", "ogv"),
    ]
    return MIMEMapping.byExtension(byType)
  }()
}
