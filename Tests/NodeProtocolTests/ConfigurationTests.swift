import GoWire
import NodeProtocol
import Testing

@Suite struct ConfigurationTests {
  static let secret = String(repeating: "S", count: 64)
  static let good = "[System]\nMode = slave\n[Slave]\nSecret = \(secret)\n[CORS]\nAllowOrigins = *\n"

  private func read(_ text: String?, _ environment: [(GoString, GoString)] = []) throws -> SlaveConfiguration.Reading {
    try SlaveConfiguration.read(
      fileName: "slave.ini", content: text.map { Array($0.utf8) },
      environment: environment.map { EnvironmentVariable($0.0, $0.1) })
  }

  private func refusal(_ text: String?, _ environment: [(GoString, GoString)] = []) -> String? {
    do {
      _ = try read(text, environment)
      return nil
    } catch {
      return (error as? ConfigurationError)?.line
    }
  }

  // MARK: - Recorded starts

  struct Start: Sendable, CustomTestStringConvertible {
    let program: String
    let value: JSONValue
    var id: String { value["id"]?.text ?? "" }
    var testDescription: String { "\(program) \(id)" }

    static let all = Recordings.programs.flatMap { program in
      (Recordings.json("observed/conf-\(program).json")["cases"]?.array ?? []).map {
        Start(program: program, value: $0)
      }
    }
  }

  /// ROLE-2, CONF-1, CONF-6
  /// What the command line (`help`, `unknown-flag`) and the live door (a port in use, a certificate) decide is not decided here.
  @Test(arguments: Start.all.filter { !["help", "unknown-flag", "port-in-use", "ssl-missing-cert"].contains($0.id) })
  func `a start runs or is refused as recorded`(start: Start) throws {
    let name = start.program == "cloudreve-4.0.0" ? "cloudreve-4.0" : "cloudreve-4.14"
    let runs = start.value["running_after_4_s"]?.bool == true
    let environment = (start.value["env"]?.object ?? []).map { ($0.name, $0.value.string ?? "") }
    let isMaster = start.id == "empty" || start.id == "missing-file-given"
    for profile in ["documented", name] {
      let line = refusal(start.value["conf"]?.text, environment + [("CR_CONF_NodeLab.Profile", GoString(profile))])
      // CONF-6: no master is made, and `documented` refuses what upstream swallows.
      let isRefused =
        !runs || isMaster || profile == "documented" && ["bad-bool", "bad-int"].contains(start.id)
      // `documented` reads two underscores as 4.14 does: here too the secret is too short.
      #expect((line != nil) == isRefused, "\(profile): \(line ?? "runs")")
      if let line {
        #expect(line.hasPrefix("slave.ini") || line.hasPrefix("environment "))
        #expect(!line.contains("\n"))
      }
    }
  }

  @Test func `all recorded starts are there`() {
    #expect(Start.all.count == 44)
  }

  // MARK: - Refusals

  /// Each line: where, what is wrong, what to do.
  @Test(
    arguments: [
      (
        nil,
        "slave.ini: no such file; write one with [System] Mode = slave and [Slave] Secret, as the master's \"New node\" page shows it, and name it with -c (without a file Cloudreve becomes a master; this program does not)"
      ),
      (
        "",
        "slave.ini: the file is empty, which means master, and this program has no master yet; write one with [System] Mode = slave and [Slave] Secret, as the master's \"New node\" page shows it, and name it with -c"
      ),
      (
        "[Slave]\nSecret = x\n",
        "slave.ini: [System] Mode: is missing, which means master, and this program has no master yet; write one with [System] Mode = slave and [Slave] Secret, as the master's \"New node\" page shows it, and name it with -c"
      ),
      (
        "[System]\nMode = master\n",
        "slave.ini:2: [System] Mode: \"master\": this program has no master yet; write Mode = slave, or start Cloudreve itself with this file"
      ),
      ("\n[System]\nMode = Slave\n", "slave.ini:3: [System] Mode: \"Slave\" is no mode; write slave, in small letters"),
      (
        "[System]\nMode = slave\nthis is not\n",
        "slave.ini:3: key-value delimiter not found: this is not: this is no ini file; write [Section] and Key = Value lines"
      ),
      (
        "[System]\nMode = slave\n",
        "slave.ini: [Slave] Secret: is missing; paste the secret that the master's node page shows"
      ),
      (
        "[System]\nMode = slave\n[Slave]\n\nSecret = short\n",
        "slave.ini:5: [Slave] Secret: has 5 characters and needs 64 at least; paste the secret that the master's node page shows"
      ),
      (
        good + "[System]\nLogLevel = loud\n",
        "slave.ini:8: [System] LogLevel: \"loud\" is no level; write one of debug, info, warning, error"
      ),
      (
        good + "[System]\nListen = nonsense\n",
        "slave.ini:8: [System] Listen: \"nonsense\" has no port; write host:port, or :port for all addresses, such as :5212"
      ),
      (
        good + "[System]\nListen = :65536\n",
        "slave.ini:8: [System] Listen: \":65536\" has no port between 0 and 65535; write host:port, or :port for all addresses, such as :5212"
      ),
      (
        good + "[System]\nListen = ::1:5212\n",
        "slave.ini:8: [System] Listen: \"::1:5212\" has too many colons; write an IPv6 address in brackets: [::1]:5212"
      ),
      (
        good + "[System]\nDebug = maybe\n",
        "slave.ini:8: [System] Debug: \"maybe\" is no truth value; write true or false"
      ),
      (
        good + "[Slave]\nSignatureTTL = soon\n",
        "slave.ini:8: [Slave] SignatureTTL: \"soon\" is no whole number; write seconds, such as 600"
      ),
      (
        good + "[Slave]\nCallbackTimeout = -1\n",
        "slave.ini:8: [Slave] CallbackTimeout: -1 is below 0; write seconds, such as 20"
      ),
      (
        good + "[System]\nGracePeriod = 1.5\n",
        "slave.ini:8: [System] GracePeriod: \"1.5\" is no whole number; write seconds, 0 for no limit"
      ),
      (
        good + "[SSL]\nCertPath = a.crt\n",
        "slave.ini: [SSL] KeyPath: is missing beside CertPath; name the file of the private key"
      ),
      (
        good + "[UnixSocket]\nListen = a.sock\nPerm = rw\n",
        "slave.ini:9: [UnixSocket] Perm: \"rw\" is no set of permissions; write them in octal, such as 0666"
      ),
      (
        good + "[UnixSocket]\nListen = a.sock\nPerm = 66600\n",
        "slave.ini:9: [UnixSocket] Perm: \"66600\" is too great; write permissions in octal, such as 0666"
      ),
      (
        good + "[CORS]\nAllowOrigins = cloud.example\n",
        "slave.ini:8: [CORS] AllowOrigins: \"cloud.example\" is no origin; write * or a site with its scheme, such as https://cloud.example"
      ),
      (
        good + "[CORS]\nAllowCredentials = 2\n",
        "slave.ini:8: [CORS] AllowCredentials: \"2\" is no truth value; write true or false"
      ),
      (
        good + "[NodeLab]\nProfile = new\n",
        "slave.ini:8: [NodeLab] Profile: there is no profile \"new\"; write one of documented, cloudreve-4.0, cloudreve-4.14"
      ),
      (
        good + "[NodeLab]\nProfile = cloudreve-4.14\nSync = never\n",
        "slave.ini:9: [NodeLab] Sync: \"never\" is no truth value; write true or false"
      ),
      (
        good + "[NodeLab]\nVersion = 4 14\n",
        "slave.ini:8: [NodeLab] Version: cannot stand in a header; write a version such as 4.14.0 or 4.14.0-pro"
      ),
      (
        good + "[OptionOverwrite]\nchunk_retries = often\n",
        "slave.ini:8: [OptionOverwrite] chunk_retries: \"often\" is no whole number; the default is 5"
      ),
      (
        good + "[OptionOverwrite]\nuse_temp_chunk_buffer = yes\n",
        "slave.ini:8: [OptionOverwrite] use_temp_chunk_buffer: \"yes\" is neither 1 nor 0; the default is 1"
      ),
      (
        good + "[OptionOverwrite]\nqueue_slave_worker_num = 0\n",
        "slave.ini:8: [OptionOverwrite] queue_slave_worker_num: \"0\" is below 1; the default is 15"
      ),
      (
        good + "[OptionOverwrite]\nqueue_slave_backoff_factor = x\n",
        "slave.ini:8: [OptionOverwrite] queue_slave_backoff_factor: \"x\" is no number from 0 on; the default is 4"
      ),
    ] as [(String?, String)])
  func `a bad configuration is refused with one line`(text: String?, line: String) {
    #expect(refusal(text) == line)
  }

  @Test func `a value of the environment is named by its variable`() {
    #expect(
      refusal(Self.good, [("CR_CONF_Slave.Secret", "tooshort")])
        == "environment CR_CONF_Slave.Secret: [Slave] Secret: has 8 characters and needs 64 at least; paste the secret that the master's node page shows"
    )
    #expect(
      refusal(Self.good, [("CR_SETTING_chunk_retries", "x")])
        == "environment CR_SETTING_chunk_retries: \"x\" is no whole number; the default is 5")
    #expect(
      refusal(Self.good, [("CR_CONF_Secret", "x")])
        == "environment CR_CONF_Secret: names no section and key; write CR_CONF_<Section>.<Key>")
  }

  @Test func `no line shows a secret, and a long value only its beginning`() throws {
    let line = try #require(refusal("[System]\nMode = slave\n[Slave]\nSecret = hunter2\n"))
    #expect(!line.contains("hunter2"))
    let long = try #require(refusal(Self.good + "[System]\nDebug = \(String(repeating: "x", count: 500))\n"))
    #expect(long.count < 200)
  }

  @Test func `the real programs' profiles take the zero value instead`() throws {
    let text =
      Self.good
      + "[System]\nDebug = maybe\n[Slave]\nSignatureTTL = soon\nCallbackTimeout = x\n[NodeLab]\nProfile = cloudreve-4.14\n[OptionOverwrite]\nchunk_retries = x\n"
    let configuration = try read(text).configuration
    #expect(!configuration.isDebug)
    #expect(configuration.signatureTTL == 0)
    #expect(configuration.callbackTimeout == 0)
    #expect(configuration.settings.chunkRetries == 5)
  }

  // MARK: - Warnings

  @Test(
    arguments: [
      ("[System]\nFoo = 1\n", "slave.ini:8: [System] Foo: unknown key: nothing reads it"),
      (
        "[System]\nlisten = :1\n",
        "slave.ini:8: [System] listen: unknown key: nothing reads it; Listen is meant, perhaps"
      ),
      ("[Nope]\na = 1\nb = 2\n", "slave.ini:7: unknown section [Nope]: nothing reads it"),
      ("[Nope]\n", "slave.ini:7: unknown section [Nope]: nothing reads it"),
      ("[slave]\nSecret = x\n", "slave.ini:7: unknown section [slave]: nothing reads it; Slave is meant, perhaps"),
      (
        "[Redis]\nServer = 127.0.0.1:6379\n",
        "slave.ini:8: [Redis] Server: Redis is not used: upload sessions stay in memory and end with the process"
      ),
      (
        "[SSL]\nKeyPath = a.key\n",
        "slave.ini:8: [SSL] KeyPath: no TLS without CertPath; name the file of the certificate"
      ),
      (
        "[SSL]\nCertPath = a.crt\nKeyPath = a.key\n[UnixSocket]\nListen = a.sock\n",
        "slave.ini:11: [UnixSocket] Listen: not served, because [SSL] CertPath is set"
      ),
      (
        "[UnixSocket]\nListen = a.sock\nPerm = 666\n",
        "slave.ini:9: [UnixSocket] Perm: \"666\" is read as a decimal number; octal begins with 0, such as 0666"
      ),
      (
        "[CORS]\nAllowOrigins = UNSET\n",
        "slave.ini: [CORS] AllowOrigins: is not set: browsers will not be able to upload to this node; write AllowOrigins = *"
      ),
    ] as [(String, String)])
  func `what an operator should know is one warning`(text: String, warning: String) throws {
    #expect(try read(Self.good + text).warnings == [warning])
  }

  @Test func `a good file warns of nothing, with settings of any name and a master's keys`() throws {
    let text = Self.good + "[OptionOverwrite]\nanything = 1\n[Database]\nType = sqlite\n[System]\nSessionSecret = x\n"
    #expect(try read(text).warnings == [])
  }

  @Test func `keys outside a section and variables nobody reads are warned of`() throws {
    #expect(
      try read("Listen = :1\n" + Self.good, [("CR_CONF_Foo.Bar", "1")]).warnings == [
        "environment CR_CONF_Foo.Bar: unknown section [Foo]: nothing reads it",
        "slave.ini:1: Listen: stands outside any section: nothing reads it; write it below [System] or its own section",
      ])
  }

  // MARK: - Values

  /// CONF-3
  @Test func `the defaults are those of CONF-3`() throws {
    let configuration = try read("[System]\nMode = slave\n[Slave]\nSecret = \(Self.secret)\n").configuration
    #expect(configuration.profile == .documented)
    #expect(configuration.version == "4.14.0")
    #expect(configuration.storageRoot == nil)
    #expect(!configuration.isDebug)
    #expect(configuration.logLevel == .info)
    #expect(configuration.door == .plain(listen: ":5212"))
    #expect(configuration.gracePeriod == 0)
    #expect(configuration.proxyHeader == "")
    #expect(configuration.secret == GoString(Self.secret))
    #expect(configuration.callbackTimeout == 20)
    #expect(configuration.signatureTTL == 600)
    #expect(configuration.cors.allowOrigins == ["UNSET"])
    #expect(configuration.cors.allowMethods == ["PUT", "POST", "GET", "OPTIONS"])
    #expect(
      configuration.cors.allowHeaders == [
        "Cookie", "X-Cr-Policy", "Authorization", "Content-Length", "Content-Type", "X-Cr-Path", "X-Cr-FileName",
      ])
    #expect(!configuration.cors.allowCredentials && configuration.cors.exposeHeaders.isEmpty)
    #expect(configuration.redis.server == "" && configuration.redis.network == "tcp")
  }

  @Test func `every key is read`() throws {
    let configuration = try read(
      """
      [System]
      Mode = slave
      Listen = 127.0.0.1:1
      Debug = yes
      LogLevel = error
      GracePeriod = 0x10
      ProxyHeader = X-Real-Ip
      [Slave]
      Secret = \(Self.secret)é
      CallbackTimeout = 3
      SignatureTTL = 4
      [CORS]
      AllowOrigins = https://a.example, http://b
      AllowMethods = GET,
      AllowHeaders = *
      AllowCredentials = on
      ExposeHeaders = Etag
      [Redis]
      Network = unix
      Server = s
      User = u
      Password = p
      DB = 2
      [NodeLab]
      Version = 4.14.0-pro
      StorageRoot = data/uploads
      Sync = false
      """
    ).configuration
    #expect(configuration.isDebug && configuration.logLevel == .error)
    #expect(configuration.door == .plain(listen: "127.0.0.1:1"))
    #expect(configuration.gracePeriod == 16)
    #expect(configuration.proxyHeader == "X-Real-Ip")
    #expect(configuration.callbackTimeout == 3 && configuration.signatureTTL == 4)
    #expect(configuration.cors.allowOrigins == ["https://a.example", "http://b"])
    #expect(configuration.cors.allowMethods == ["GET"])
    #expect(configuration.cors.allowCredentials && configuration.cors.exposeHeaders == ["Etag"])
    #expect(
      configuration.redis.user == "u" && configuration.redis.password == "p" && configuration.redis.database == "2")
    #expect(configuration.version == "4.14.0-pro")
    #expect(configuration.storageRoot == "data/uploads")
    #expect(!configuration.profile.syncsChunks)
  }

  @Test func `a socket or a certificate takes the place of the plain door`() throws {
    let socket = try read(Self.good + "[UnixSocket]\nListen = a.sock\nPerm = 0666\n").configuration
    #expect(socket.door == .unixSocket(path: "a.sock", permissions: 0o666))
    let bare = try read(Self.good + "[UnixSocket]\nListen = a.sock\n").configuration
    #expect(bare.door == .unixSocket(path: "a.sock", permissions: nil))
    let secure = try read(Self.good + "[SSL]\nCertPath = a.crt\nKeyPath = a.key\n").configuration
    #expect(secure.door == .tls(listen: ":443", certificatePath: "a.crt", keyPath: "a.key"))
  }

  /// CONF-4.
  @Test func `the environment beats the file, the later variable the earlier`() throws {
    let configuration = try read(
      Self.good + "[System]\nListen = :1\n",
      [
        ("CR_CONF_System.Listen", ":2"), ("CR_CONF_System__Listen", ":3"), ("CR_CONF_Slave.SignatureTTL", "7"),
        ("PATH", "/bin"),
      ]
    ).configuration
    #expect(configuration.door == .plain(listen: ":3"))
    #expect(configuration.signatureTTL == 7)
  }

  @Test func `two underscores are read by 4_14 and refused by 4_0`() throws {
    let variables: [(GoString, GoString)] = [("CR_CONF_System__Listen", ":3")]
    let new = Self.good + "[NodeLab]\nProfile = cloudreve-4.14\n"
    #expect(try read(new, variables).configuration.door == .plain(listen: ":3"))
    let old = Self.good + "[NodeLab]\nProfile = cloudreve-4.0\n"
    #expect(refusal(old, variables)?.hasPrefix("environment CR_CONF_System__Listen: names no section") == true)
    // The section of our own can be set either way.
    #expect(try read(Self.good, [("CR_CONF_NodeLab__Profile", "cloudreve-4.0")]).configuration.profile == .cloudreve40)
  }

  /// ROLE-5
  @Test func `a profile brings its version and its proxy header`() throws {
    let old = try read(Self.good, [("CR_CONF_NodeLab.Profile", "cloudreve-4.0")]).configuration
    #expect(old.version == "4.0.0" && old.proxyHeader == "X-Forwarded-For" && !old.profile.syncsChunks)
    let new = try read(Self.good, [("CR_CONF_NodeLab.Profile", "cloudreve-4.14")]).configuration
    #expect(new.version == "4.14.0" && new.proxyHeader == "")
    #expect(try read(Self.good + "[NodeLab]\nVersion = 4.1.0\n").configuration.version == "4.1.0")
    let synced = try read(Self.good + "[NodeLab]\nProfile = cloudreve-4.0\nSync = true\n").configuration
    #expect(synced.profile.syncsChunks)
  }

  @Test func `an empty value is a key not set`() throws {
    let configuration = try read(Self.good + "[System]\nListen =\nDebug =\nLogLevel =\n[Slave]\nSignatureTTL =\n")
      .configuration
    #expect(configuration.door == .plain(listen: ":5212"))
    #expect(configuration.signatureTTL == 600 && configuration.logLevel == .info)
    #expect(
      try read(Self.good + "[System]\nListen = :1\n", [("CR_CONF_System.Listen", "")]).configuration.door
        == .plain(listen: ":5212"))
  }

  // MARK: - Settings

  /// CONF-4, CONF-5.
  @Test func `settings come from the environment, then the file, then the defaults`() throws {
    let text = Self.good + "[OptionOverwrite]\nchunk_retries = 1\ntemp_path = /t\nslave_api_timeout = 5\nmine = x\n"
    let settings = try read(text, [("CR_SETTING_chunk_retries", "2"), ("CR_CONF_OptionOverwrite.mine", "y")])
      .configuration.settings
    #expect(settings.chunkRetries == 2)
    #expect(settings.temporaryPath == "/t")
    #expect(settings.slaveAPITimeout == 5)
    #expect(settings.text("mine") == "y")
    #expect(settings.text("nothing") == "")
    #expect(settings.usesTemporaryChunkBuffer && settings.makesThumbnails)
    #expect(settings.maxParallelTransfer == 4 && settings.uploadSessionTimeout == 86_400)
    #expect(settings.publicResourceMaxAge == 86_400)
    #expect(
      settings.thumbnailWidth == 400 && settings.thumbnailHeight == 300 && settings.thumbnailMaxSize == 78_643_200)
    #expect(settings.thumbnailSidecarSuffix == "._thumb_sidecar" && settings.thumbnailEncoding == "png")
  }

  /// TASK-5, QUIRK-2.
  @Test func `queues have the documented defaults, and the real programs 15 workers`() {
    let settings = NodeSettings(overrides: [("queue_slave_worker_num", "3"), ("queue_slave_backoff_factor", "1.5")])
    let slave = settings.queue(.slave, profile: .documented)
    #expect(slave.workerCount == 3 && slave.backoffFactor == 1.5)
    #expect(
      slave.maxExecution == 86_400 && slave.backoffMaxDuration == 3_600 && slave.retryDelay == 5 && slave.maxRetry == 5)
    #expect(settings.queue(.slave, profile: .cloudreve414).workerCount == 15)
    #expect(settings.queue(.ioIntense, profile: .documented) == QueueName.ioIntense.defaults)
    #expect(settings.queue(.thumb, profile: .documented).maxRetry == 0)
    #expect(QueueName.remoteDownload.defaults.maxExecution == 864_000)
  }
}
