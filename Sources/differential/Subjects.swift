/// Everything that is held against Go.
enum Subjects {
  static let all: [any Subject] = [
    GobSubject(), JSONSubject(), SniffSubject(), ContentSubject(), SignatureSubject(), URLSubject(), TimeSubject(),
    StrconvSubject(), Base64Subject(), QuoteSubject(),
  ]
}
