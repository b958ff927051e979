/// A header Date (RFC 9110, 5.6.7), in its one form that is still sent: `Sat, 21 Nov 2026 18:16:01 GMT`.
enum DoctorDate {
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  static func unixSeconds(_ text: String) -> Int64? {
    let words = text.split(separator: " ")
    guard words.count == 6, words[5] == "GMT", let day = Int64(words[1]), let year = Int64(words[3]),
      let month = months.firstIndex(of: String(words[2])), (1...31).contains(day), (1970...9999).contains(year)
    else { return nil }
    let clock = words[4].split(separator: ":").compactMap { Int64($0) }
    guard clock.count == 3 else { return nil }
    // Days since 1970, years counted from March so that the leap day is the last.
    let m = Int64(month) + 1
    let y = m <= 2 ? year - 1 : year
    let dayOfYear = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + day - 1
    let days = y * 365 + y / 4 - y / 100 + y / 400 + dayOfYear - 719_468
    return days * 86400 + clock[0] * 3600 + clock[1] * 60 + clock[2]
  }
}
