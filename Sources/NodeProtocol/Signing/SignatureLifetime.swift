/// What a slave signs for, which decides how long the signature lives (SIGN-6).
public enum SignatureLifetime: Hashable, Sendable, CaseIterable {
  /// Calls to the master, and upload callbacks.
  case call
  /// Reads from and writes to the master's own storage, or another slave's: a storage client, as the master's own.
  case storage
}

extension SlaveConfiguration {
  /// When a signature made at `now` expires.
  /// - Parameter now: Unix time in seconds.
  /// - Returns: Unix time in seconds.
  public func expiry(_ lifetime: SignatureLifetime, now: Int64) -> Int64 {
    let seconds: Int64
    switch lifetime {
    case .call: seconds = signatureTTL
    case .storage: seconds = settings.slaveAPITimeout
    }
    let (sum, overflow) = now.addingReportingOverflow(seconds)
    return overflow ? .max : sum
  }
}
