import GoWire
import NodeProtocol

/// The routes of remote downloads (DL-1). They bind and judge the downloader; downloading itself is not there yet.
struct DownloadHandler: Sendable {
  let profile: Profile

  func answer(_ operation: DownloadOperation, _ context: RequestContext) throws(Refusal) -> HTTPResponse {
    let downloader = try binding { () throws(NodeError) in
      switch operation {
      case .task: try Binder.bind(CreateDownload.self, from: context.body).downloader
      case .status: try Binder.bind(ReadDownload.self, from: context.body).downloader
      case .cancel: try Binder.bind(CancelDownload.self, from: context.body).downloader
      case .select: try Binder.bind(SelectDownloadFiles.self, from: context.body).downloader
      case .test: try Binder.bind(TestDownloader.self, from: context.body).downloader
      }
    }
    guard downloader.setting.provider == "aria2" || downloader.setting.provider == "qbittorrent" else {
      throw .failed(NodeError(.parameterError, "Failed to create downloader"))  // DL-4
    }
    if let part = downloader.setting.missingPart {  // ENV-8, QUIRK-20
      guard profile.namesMissingParts else { throw .crashed }
      throw .unbound(.emptyField(part))
    }
    throw .failed(NodeError(.internalSetting, "Remote download is not available on this node"))
  }
}
