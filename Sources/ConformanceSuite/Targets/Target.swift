import GoWire

/// A slave under test, as a case sees it. Used by one case at a time.
protocol Target: AnyObject {
  /// What its clients send as `Host`.
  var authority: String { get }
  /// The secret it shares with its master.
  var secret: GoString { get }
  /// Its working folder as it names it itself, absolute and without links.
  var folder: GoString { get }
  /// Whether `folder` is what the slave itself says; else an answer may show another one.
  var knowsFolder: Bool { get }
  /// Unix time, in the world of the target.
  var unixSeconds: Int64 { get }
  /// Seconds of a clock that never jumps, in the world of the target.
  var uptime: Double { get }

  /// Sends a request and reads its answer; nil when the connection ended without one.
  /// - Parameter patience: seconds to wait at most.
  func send(_ request: WireRequest, patience: Double) throws(ConnectionFailure) -> WireAnswer?
  /// Sends bytes and returns those that come back until the connection ends, or `answers` answers are complete and nothing more
  /// comes. With no answer expected the connection is held open for a while and then closed.
  func sendRaw(_ bytes: [UInt8], method: GoString, answers: Int, patience: Double) throws(ConnectionFailure) -> [UInt8]
  /// Puts files into its working folder.
  func place(_ files: [CaseFile]) throws(SuiteError)
  /// Lets time pass.
  func pause(seconds: Double)
  /// Waits until `isDone`, or until nothing more can happen, at most `seconds`.
  func wait(seconds: Double, until isDone: () -> Bool)
}
