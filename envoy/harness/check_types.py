"""Checks events and answers of the Responses surface against the official client's own models.

Reads JSON lines `{"name", "kind", "value"}` from stdin; the kinds are `event` and `response`. Each problem is one line on stderr.
"""

import json
import sys

from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter, ValidationError

KINDS = {"event": TypeAdapter(ResponseStreamEvent), "response": TypeAdapter(Response)}


def main():
    for line in sys.stdin:
        row = json.loads(line)
        try:
            KINDS[row["kind"]].validate_python(row["value"])
        except ValidationError as error:
            for problem in error.errors():
                place = ".".join(str(part) for part in problem["loc"])
                print(f'{row["name"]}: {place}: {problem["msg"]}', file=sys.stderr)


main()
