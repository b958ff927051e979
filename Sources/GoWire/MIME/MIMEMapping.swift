/// The setting `mime_mapping`: content types by extension that go before the host's (ST-10).
public struct MIMEMapping: Sendable {
  private let types: [GoString: GoString]

  /// Reads the setting's text, a JSON object of extensions with their dots and types; nil when it is none.
  public init?(setting: GoString) {
    let outcome = GoJSON.decode(setting.bytes, as: .map(key: .string, value: .string), mode: .unmarshal)
    guard outcome.error == nil, case .map(let entries) = outcome.value else { return nil }
    var types: [GoString: GoString] = [:]
    for entry in entries {
      if case .string(let name) = entry.key { types[name] = entry.value.string }
    }
    self.types = types
  }

  private init(_ types: [GoString: GoString]) {
    self.types = types
  }

  /// The type of an extension in lower case with its dot; nil when the setting does not name it.
  public func type(ofExtension name: GoString) -> GoString? { types[name] }

  /// The type a file of that display name is served with (ST-10): its extension, from the last dot on and in lower case, as this
  /// setting has it, then as the host has it; nil when neither knows it.
  public func type(ofName name: GoString, host: MIMETypes) -> GoString? {
    let name = GoPath.fileExtension(name).asciiLowercased
    if let type = types[name], !type.isEmpty { return type }
    return host.type(ofExtension: name).flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The setting's default.
  public static let standard = MIMEMapping(
    byExtension([
      // What differs from the usual today.
      ("text/html", "htm html"),
      ("text/css", "css"),
      ("application/x-javascript", "js"),
      ("application/xml", "xml"),
      ("text/plain; charset=utf-8", "txt"),
      ("text/plain", "c cpp h java conf log"),
      ("application/json", "json"),
      ("application/x-gzip", "gz"),
      ("application/x-bzip2", "bz2"),
      ("application/x-compressed", "tgz"),
      ("application/octet-stream", "rar ttf exe dmg bin"),
      ("application/ogg", "ogg"),
      ("video/ogv", "ogv"),
      ("audio/x-wav", "wav"),
      ("audio/mp4a-latm", "m4a"),
      ("video/x-flv", "flv"),
      ("video/x-msvideo", "avi"),
      ("text/rtf", "rtf"),
      ("image/x-icon", "ico"),
      // Documents, as registered.
      ("application/pdf", "pdf"),
      ("application/msword", "doc"),
      ("application/vnd.ms-excel", "xls"),
      ("application/vnd.ms-excel.addin.macroEnabled.12", "xlam"),
      ("application/vnd.ms-excel.sheet.binary.macroEnabled.12", "xlsb"),
      ("application/vnd.ms-powerpoint", "ppt"),
      ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
      ("application/vnd.openxmlformats-officedocument.presentationml.slide", "sldx"),
      ("application/vnd.openxmlformats-officedocument.presentationml.slideshow", "ppsx"),
      ("application/vnd.openxmlformats-officedocument.presentationml.template", "potx"),
      ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
      ("application/vnd.openxmlformats-officedocument.spreadsheetml.template", "xltx"),
      ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
      ("application/vnd.openxmlformats-officedocument.wordprocessingml.template", "dotx"),
      ("application/vnd.oasis.opendocument.chart", "odc"),
      ("application/vnd.oasis.opendocument.formula", "odf"),
      ("application/vnd.oasis.opendocument.graphics", "odg"),
      ("application/vnd.oasis.opendocument.graphics-template", "otg"),
      ("application/vnd.oasis.opendocument.image", "odi"),
      ("application/vnd.oasis.opendocument.presentation", "odp"),
      ("application/vnd.oasis.opendocument.presentation-template", "otp"),
      ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
      ("application/vnd.oasis.opendocument.spreadsheet-template", "ots"),
      ("application/vnd.oasis.opendocument.text", "odt"),
      ("application/vnd.oasis.opendocument.text-master", "odm"),
      ("application/vnd.oasis.opendocument.text-template", "ott"),
      ("application/vnd.oasis.opendocument.text-web", "oth"),
      ("application/postscript", "ai eps ps"),
      ("application/zip", "zip"),
      ("application/x-tar", "tar"),
      // Pictures.
      ("image/bmp", "bmp"),
      ("image/gif", "gif"),
      ("image/jpeg", "jpe jpeg jpg"),
      ("image/jp2", "jp2"),
      ("image/png", "png"),
      ("image/svg+xml", "svg"),
      ("image/tiff", "tif tiff"),
      ("image/vnd.djvu", "djv djvu"),
      ("image/webp", "webp"),
      // Sound and film.
      ("audio/basic", "au snd"),
      ("audio/midi", "kar mid midi"),
      ("audio/mpeg", "mp2 mp3 mpga"),
      ("audio/x-aiff", "aif aifc aiff"),
      ("audio/x-ms-wma", "wma"),
      ("video/3gpp", "3gp"),
      ("video/mp4", "mp4"),
      ("video/mpeg", "mpe mpeg mpg"),
      ("video/quicktime", "mov qt"),
      ("video/webm", "webm"),
      ("video/x-ms-wmv", "wmv"),
    ]))

  /// A table by extension from one by type.
  static func byExtension(_ byType: [(type: GoString, extensions: String)]) -> [GoString: GoString] {
    var types: [GoString: GoString] = [:]
    for (type, extensions) in byType {
      for name in extensions.split(separator: " ") { types["." + GoString(String(name))] = type }
    }
    return types
  }
}
