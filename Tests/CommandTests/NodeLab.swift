import TestSupport

/// The built program, as a user runs it.
enum NodeLab {
  static let path = Repository.product("nodelab")

  static func run(
    _ arguments: String..., environment: [String: String] = [:], folder: String? = nil, input: [UInt8] = []
  ) async throws -> Ended {
    try await Child.run(path, arguments, environment: environment, folder: folder, input: input)
  }
}

/// Hexadecimal digits as bytes.
func bytes(hex text: String) -> [UInt8] {
  let digits = text.compactMap { $0.hexDigitValue }
  return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
