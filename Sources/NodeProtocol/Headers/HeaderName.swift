import GoWire

/// The header names of the protocol, in their canonical spelling (chapter 3).
public enum HeaderName {
  public static let userAgent: GoString = "User-Agent"
  public static let authorization: GoString = "Authorization"
  public static let contentType: GoString = "Content-Type"
  public static let cacheControl: GoString = "Cache-Control"
  /// HDR-2.
  public static let correlationID: GoString = "X-Cr-Correlation-Id"
  /// HDR-3.
  public static let siteURL: GoString = "X-Cr-Site-Url"
  /// HDR-3.
  public static let siteID: GoString = "X-Cr-Site-Id"
  /// HDR-3.
  public static let version: GoString = "X-Cr-Version"
  /// HDR-3, HDR-4.
  public static let nodeID: GoString = "X-Cr-Node-Id"
  /// ST-8.
  public static let overwrite: GoString = "X-Cr-Overwrite"
  /// The one `X-Cr-` header that no signature covers (SIGN-5).
  public static let fileName: GoString = "X-Cr-Filename"
  /// The length of a chunk sent without `Content-Length` (ST-4).
  public static let expectedEntityLength: GoString = "X-Expected-Entity-Length"

  /// What the names of signed headers begin with (SIGN-5).
  static let signedPrefix: GoString = "X-Cr-"
}

/// Header values that do not depend on a request.
public enum HeaderValue {
  /// What a signature in `Authorization` follows (SIGN-3).
  public static let signaturePrefix: GoString = "Bearer Cr "
  /// The type of every envelope (ENV-1).
  public static let json: GoString = "application/json; charset=utf-8"
  /// The type of a 404 outside any route (HDR-7).
  public static let plainText: GoString = "text/plain"
  /// The body of a 404 outside any route (HDR-7).
  public static let notFoundText: GoString = "404 page not found"
  /// `Cache-Control` of every answer that passed the signature (HDR-6).
  public static let privateCache: GoString = "private, no-cache"

  /// `Cache-Control` of content and thumbnails that are served (HDR-6).
  /// - Parameter maxAge: the setting `public_resource_maxage`, in seconds.
  public static func publicCache(maxAge: Int64) -> GoString { GoString("public, max-age=\(maxAge)") }

  /// `User-Agent` (HDR-1).
  /// - Parameter version: the advertised version, which may end in `-pro`.
  public static func userAgent(version: GoString) -> GoString { "Cloudreve/" + version }
}
