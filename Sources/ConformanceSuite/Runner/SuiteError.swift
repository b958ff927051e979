/// Why a run cannot go on, in one line for people.
public struct SuiteError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// What was asked for is wrong: an option, a case file, a pattern that matches no case. Exit code 2.
    case usage
    /// The run could not finish: no free port, a folder that cannot be written. Exit code 3.
    case unfinished
  }

  public var kind: Kind
  /// One line, without the program's name.
  public var text: String

  public init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  public static func usage(_ text: String) -> SuiteError { SuiteError(.usage, text) }
  public static func unfinished(_ text: String) -> SuiteError { SuiteError(.unfinished, text) }

  public var exitCode: SuiteExit {
    switch kind {
    case .usage: .usage
    case .unfinished: .unfinished
    }
  }

  public var description: String { text }
}

/// What a run tells the caller of the process.
public enum SuiteExit: Int32, Sendable {
  case allAsExpected = 0
  case somethingDiffers = 1
  case usage = 2
  case unfinished = 3
}
