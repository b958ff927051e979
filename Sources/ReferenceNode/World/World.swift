/// The five doors, handed to everything that needs the outside.
public struct World: Sendable {
  public var clock: any NodeClock
  public var entropy: any Entropy
  public var disk: any Disk
  public var http: any HTTPClient
  public var log: any NodeLog

  public init(clock: any NodeClock, entropy: any Entropy, disk: any Disk, http: any HTTPClient, log: any NodeLog) {
    self.clock = clock
    self.entropy = entropy
    self.disk = disk
    self.http = http
    self.log = log
  }
}
