/** Why a document was refused. Text for clients is made elsewhere. */
export const enum JsonStatus {
  Ok = 0,
  /** The input ends inside a value. */
  Truncated = 1,
  /** A byte that the grammar does not allow here. */
  Unexpected = 2,
  /** A control character, or an escape that does not exist, inside a string. */
  BadString = 3,
  BadNumber = 4,
  /** More containers open than the limit allows. */
  TooDeep = 5,
  /** Something other than white space behind the value. */
  Trailing = 6,
}

/** What a value is, told by its first byte. */
export const enum JsonKind {
  Invalid = 0,
  Null = 1,
  True = 2,
  False = 3,
  Number = 4,
  String = 5,
  Array = 6,
  Object = 7,
}
