import GoWire

/// A time as the `Date` header writes it: `Sun, 06 Nov 1994 08:49:37 GMT`.
enum HTTPDate {
  static func text(_ time: GoTime) -> GoString {
    let day = time.unixSeconds >= 0 ? time.unixSeconds / 86_400 : -((86_399 - time.unixSeconds) / 86_400)
    let second = time.unixSeconds - day * 86_400
    // Civil date of a day number: years begin in March, so that the leap day is the last.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * march + 2) / 5 + 1
    let month = march < 10 ? march + 3 : march - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let weekday = weekdays[Int(((day % 7) + 7) % 7)]
    return GoString(
      "\(weekday), \(two(dayOfMonth)) \(months[Int(month) - 1]) \(year) "
        + "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60)) GMT")
  }

  private static func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
