import Foundation

/// The checkout that the tests were built from.
public enum Repository {
  /// The folder that has Package.swift, without a slash at its end.
  public static let root: String = {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
      precondition(folder.path != "/", "no Package.swift above \(#filePath)")
      folder.deleteLastPathComponent()
    }
    return folder.path
  }()

  /// A program of this package, beside the program that runs the tests.
  public static func product(_ name: String) -> String {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let folder = URL(fileURLWithPath: own ?? CommandLine.arguments[0]).deletingLastPathComponent()
    return folder.appending(path: name).path
  }

  public static func path(_ relative: String) -> String { "\(root)/\(relative)" }

  public static func text(_ relative: String) throws -> String {
    String(decoding: try bytes(relative), as: UTF8.self)
  }

  public static func bytes(_ relative: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(relative))))
  }

  /// Whether a file or a folder is there.
  public static func exists(_ relative: String) -> Bool { FileManager.default.fileExists(atPath: path(relative)) }

  public static func isExecutable(_ relative: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: path(relative))
  }

  /// A JSON file below the root.
  public static func json(_ relative: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(try bytes(relative)), options: .fragmentsAllowed)
  }

  /// Every file below a folder, relative to the root, sorted; hidden ones too. Nothing when the folder is absent.
  public static func files(below folder: String, suffix: String = "") -> [String] {
    guard let found = FileManager.default.enumerator(atPath: path(folder)) else { return [] }
    return found.compactMap { $0 as? String }
      .filter { name in
        var isFolder: ObjCBool = false
        return name.hasSuffix(suffix)
          && FileManager.default.fileExists(atPath: path("\(folder)/\(name)"), isDirectory: &isFolder)
          && !isFolder.boolValue
      }
      .map { "\(folder)/\($0)" }
      .sorted()
  }
}

/// A folder of a test's own, removed with all in it when the value goes.
public final class TemporaryFolder: Sendable {
  public let path: String

  public init() throws {
    var template = Array(
      URL(fileURLWithPath: NSTemporaryDirectory()).appending(path: "nodelab-test-XXXXXX").path.utf8CString)
    guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
    path = URL(fileURLWithPath: String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)).path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  public func path(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }

  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let place = URL(fileURLWithPath: path(name))
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: place)
    return place.path
  }

  /// Puts a program into it, without copying where the file system can.
  public func adopt(_ program: String, as name: String? = nil) throws -> String {
    let place = path(name ?? URL(fileURLWithPath: program).lastPathComponent)
    try Child.starting.withLock {
      if link(program, place) != 0 { try FileManager.default.copyItem(atPath: program, toPath: place) }
    }
    return place
  }

  /// Names of all files in it, relative and sorted.
  public var files: [String] {
    (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
      .filter { name in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path(name), isDirectory: &isFolder) && !isFolder.boolValue
      }
      .sorted()
  }
}
