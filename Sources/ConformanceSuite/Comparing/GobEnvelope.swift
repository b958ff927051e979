import GoWire

/// An envelope whose `data` is a gob payload, taken apart: the payload, and the text around it.
struct GobEnvelope {
  /// The envelope's text with `data` emptied.
  var around: [UInt8]
  var message: GobMessage

  /// - Throws: why it is none, in a few words.
  init(_ body: [UInt8]) throws(Unreadable) {
    let key = Array("\"data\":\"".utf8)
    guard let place = ByteSearch.ranges(of: key, in: body).first,
      let end = body[place.upperBound...].firstIndex(of: UInt8(ascii: "\""))
    else { throw Unreadable(text: "an envelope without data: \(Latin1.text(of: body.prefix(200)))") }
    around = Array(body[..<place.upperBound] + body[end...])
    let data: [UInt8]
    do {
      data = try Base64.standard.decode(GoString(body[place.upperBound..<end]))
    } catch {
      throw Unreadable(text: "data that is no base64")
    }
    do throws(GobError) {
      message = try Gob.decode(data)
    } catch {
      throw Unreadable(text: "data that is no gob: \(error)")
    }
  }

  struct Unreadable: Error, Hashable {
    var text: String
  }
}
