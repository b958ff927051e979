import GoWire
import NodeProtocol
import ReferenceNode

/// An upload session that the master made: what it told the slave, and what the sender has in its hand.
public struct MadeSession: Sendable {
  public var id: GoString
  public var nodeID: Int64
  /// The slave by its name in the world.
  public var node: String
  public var savePath: GoString
  public var size: Int64
  public var chunkSize: Int64
  /// What is uploaded.
  public var content: [UInt8]
  public var callback: GoString
  public var callbackSecret: GoString
  /// By the master's clock.
  public var expiresAt: GoTime
  /// The value of `Authorization` that the browser was given (SIGN-8).
  public var credential: GoString

  /// How many chunks there are; a file of nothing is one.
  public var chunkCount: Int64 {
    guard chunkSize > 0, size > 0 else { return 1 }
    return (size + chunkSize - 1) / chunkSize
  }

  /// The bytes of a chunk.
  public func bytes(of index: Int64) -> [UInt8] {
    guard chunkSize > 0 else { return index == 0 ? content : [] }
    let (begin, overflow) = index.multipliedReportingOverflow(by: chunkSize)
    guard !overflow, begin >= 0, begin < Int64(content.count) else { return [] }
    return Array(content[Int(begin)..<min(content.count, Int(begin) + Int(chunkSize))])
  }
}

extension SessionAction {
  /// The session object as the master sends it (ST-3).
  func message(_ session: MadeSession, slaveKey: GoString, slaveURL: GoString) -> CreateUploadSession {
    var settings: PolicySettings?
    if !without.contains(.settings) {
      settings = PolicySettings(chunkSize: chunkSize, preAllocate: preallocates)
    }
    let node =
      without.contains(.node)
      ? nil
      : Node(
        id: session.nodeID, status: "active", name: GoString(session.node), kind: "slave", server: slaveURL,
        slaveKey: nodeKey ?? slaveKey, weight: 1)
    let policy = StoragePolicy(
      id: 2, name: "remote", kind: policyType ?? "remote", server: slaveURL, settings: settings, nodeID: session.nodeID,
      node: node)
    var props = UploadProps(
      uri: "cloudreve://my/" + session.id, size: session.size, uploadSessionID: session.id, preferredStoragePolicy: 2,
      savePath: session.savePath, expireAt: session.expiresAt)
    props.metadata = []
    var upload = UploadSession(
      policy: without.contains(.policy) ? nil : policy, props: without.contains(.props) ? nil : props)
    upload.userID = 1
    upload.fileID = 1
    upload.entityID = 1
    upload.callback = session.callback
    upload.callbackSecret = session.callbackSecret
    upload.chunkSize = session.chunkSize
    upload.isNewFile = true
    upload.lockToken = "lock"
    return CreateUploadSession(session: without.contains(.session) ? nil : upload, overwrite: overwrites)
  }
}
