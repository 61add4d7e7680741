/** Names that OpenAI's hosted tools have in a Messages request. Source: docs/responses.md, "Hosted tools". */
import * as L from "../../bytes/literals";
import { ResponseToolType } from "../../wire/openai/response_tool_types";

/** The name of the tool of a type, the literal of a token; 0 when it has none, or is no hosted tool. */
export function hostedToken(type: ResponseToolType): usize {
  switch (type) {
    case ResponseToolType.WebSearch:
    case ResponseToolType.WebSearchDated:
    case ResponseToolType.WebSearchPreview:
    case ResponseToolType.WebSearchPreviewDated:
      return L.Q_WEB_SEARCH;
    case ResponseToolType.Computer:
    case ResponseToolType.ComputerUse:
    case ResponseToolType.ComputerUsePreview:
      return L.Q_COMPUTER;
    case ResponseToolType.CodeInterpreter:
      return L.Q_CODE_EXECUTION;
    case ResponseToolType.LocalShell:
      return L.Q_LOCAL_SHELL;
    case ResponseToolType.Shell:
      return L.Q_SHELL;
    case ResponseToolType.ApplyPatch:
      return L.Q_APPLY_PATCH;
    default:
      return 0;
  }
}
