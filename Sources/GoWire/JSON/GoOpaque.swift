/// How a type that writes itself as bytes in gob looks in JSON; told from its name.
enum GoOpaque {
  /// 16 bytes; in JSON a text of the forms `GoUUID` reads.
  case uuid
  /// A text; in JSON an object with the one member `uri`.
  case uri
  /// A text in both.
  case text

  init(_ name: GoString) {
    let bare = name.bytes.split(separator: UInt8(ascii: ".")).last.map { GoString($0).asciiLowercased } ?? ""
    switch bare {
    case "uuid": self = .uuid
    case "uri": self = .uri
    default: self = .text
    }
  }

  /// What the type keeps of a JSON text.
  func bytes(fromText text: GoString) throws(GoJSONFailure) -> [UInt8] {
    switch self {
    case .text: return text.bytes
    case .uri:
      do throws(GoURLError) {
        return try GoURL(text).text.bytes
      } catch {
        throw .other(error.text)
      }
    case .uuid:
      do throws(GoUUID.ParseError) {
        return try GoUUID(text).bytes
      } catch {
        throw .other(error.text)
      }
    }
  }

  /// Appends the JSON form of the type's bytes.
  func append(_ bytes: [UInt8], to output: inout [UInt8]) {
    switch self {
    case .uuid: GoJSON.appendString((GoUUID(bytes: bytes) ?? .zero).text, to: &output)
    case .text: GoJSON.appendString(GoString(bytes), to: &output)
    case .uri:
      output += Array(#"{"uri":"#.utf8)
      GoJSON.appendString(GoString(bytes), to: &output)
      output.append(UInt8(ascii: "}"))
    }
  }
}
