/** The `model` of answers: the upstream's word, or the client's where an alias or template changed the name on the way in, or the upstream names none. */
import * as L from "../../bytes/literals";
import { Ascii } from "../../bytes/ascii";
import { Writer } from "../../bytes/writer";
import { Answer } from "../../wire/anthropic/answer";
import { AnswerShape } from "../shape";

/** Appends the token of the model. */
export function putModelName(out: Writer, answer: Answer, shape: AnswerShape): void {
  if (answer.modelPtr != 0 && !shape.showsAsked) out.put(answer.modelPtr, answer.modelLen);
  else if (shape.modelPtr == 0) out.literal(L.EMPTY_STRING);
  else {
    out.byte(Ascii.Quote);
    out.put(shape.modelPtr, shape.modelLen);
    out.byte(Ascii.Quote);
  }
}
