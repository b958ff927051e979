import GoWire

/// A slave under test, as a case sees it. Used by one case at a time, on one thread.
///
/// What waits is asynchronous for the sake of virtual time; on a real socket it blocks its thread, which is then the case's own.
protocol Target: AnyObject {
  /// What its clients send as `Host`.
  var authority: String { get }
  /// The secret it shares with its master.
  var secret: GoString { get }
  /// Its working folder, absolute and without links.
  var folder: GoString { get }
  /// Whether the slave itself calls its folder `folder`; else its answers may show another one.
  var knowsFolder: Bool { get }
  /// Unix time, in the world of the target.
  var unixSeconds: Int64 { get }
  /// Seconds of a clock that never jumps, in the world of the target.
  var uptime: Double { get }

  /// Sends a request and reads its answer; nil when the connection ended without one.
  /// - Parameter patience: seconds to wait at most.
  func send(_ request: CaseRequest, patience: Double) async throws(ConnectionFailure) -> CaseAnswer?
  /// Sends bytes and returns those that come back until the connection ends, or `answers` answers are complete and nothing more
  /// comes. With no answer expected the connection is held open for a while and then closed.
  func sendRaw(_ bytes: [UInt8], method: GoString, answers: Int, patience: Double) async throws(ConnectionFailure)
    -> [UInt8]
  /// Puts files into its working folder.
  func place(_ files: [CaseFile]) throws(SuiteError)
  /// Lets time pass.
  func pause(seconds: Double) async
  /// Waits until `isDone`, at most `seconds`; in virtual time until nothing more can happen now.
  func wait(seconds: Double, until isDone: () -> Bool) async
}
