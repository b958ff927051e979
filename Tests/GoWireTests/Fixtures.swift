import Foundation
import GoWire
import Testing

/// The repository's recordings and vectors, for tests.
enum Fixtures {
  /// The folder that has Package.swift.
  static let root: URL = {
    var folder = URL(filePath: #filePath)
    while folder.path() != "/" {
      folder = folder.deletingLastPathComponent()
      if FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path()) { return folder }
    }
    fatalError("the tests run from a checkout of the repository")
  }()

  /// A JSON file below `Fixtures/`.
  static func json(_ path: String) -> JSONValue {
    do {
      let bytes = try Data(contentsOf: root.appending(path: "Fixtures/\(path)"))
      return try GoJSON.parse(Array(bytes))
    } catch {
      fatalError("\(path): \(error)")
    }
  }

  /// The vectors of a file of `Fixtures/vectors`.
  static func vectors(_ name: String) -> [JSONValue] {
    json("vectors/\(name).json")["vectors"]?.array ?? []
  }

  /// Bytes from hexadecimal digits.
  static func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16)
    }
  }
}

/// A vector as a test's argument: shown by its name.
struct Vector: Sendable, CustomTestStringConvertible {
  let name: String
  let value: JSONValue

  var testDescription: String { name }

  /// The vectors of a file, named by `name` or else by their number and `label`.
  static func all(_ file: String, label: String = "name") -> [Vector] {
    Fixtures.vectors(file).enumerated().map { index, value in
      let text = value[GoString(label)]?.text
      return Vector(name: label == "name" ? text ?? "\(index)" : "\(index) \(text ?? "")", value: value)
    }
  }

  func bytes(_ name: GoString) -> [UInt8] { Fixtures.bytes(hex: value[name]?.text ?? "") }
}
