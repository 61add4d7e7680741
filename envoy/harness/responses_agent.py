"""The Responses surface as its users call it: the official client, its own accumulator, output items sent back as they came.

Usage: responses_agent.py BASE_URL. One plain answer, one parsed into a model, then a conversation that goes on while there are tool calls. Nothing is
stored, so every request has the whole conversation. Prints what it saw as one JSON object.
"""

import json
import sys

from openai import OpenAI
from pydantic import BaseModel

MODEL = "claude-sonnet-4-5"
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOLS = [{"type": "function", "name": "get_weather", "strict": True, "parameters": PARAMETERS}]


class City(BaseModel):
    city: str
    population: int


def ask(client, items):
    """The accumulated answer of a stream."""
    with client.responses.stream(
        model=MODEL,
        input=items,
        tools=TOOLS,
        reasoning={"effort": "low", "summary": "auto"},
        include=["reasoning.encrypted_content"],
        store=False,
    ) as stream:
        pieces = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert "".join(pieces) == final.output_text
    return final


def converse(client):
    """Answers tool calls until there are none."""
    items = [{"role": "user", "content": "Weather in Oslo?"}]
    while True:
        response = ask(client, items)
        items += response.output
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            break
        for call in calls:
            json.loads(call.arguments)
            items.append(
                {"type": "function_call_output", "call_id": call.call_id, "output": "Rain, 4 °C"}
            )
    items.append({"role": "user", "content": "Thanks"})
    return ask(client, items).output_text


def main(base_url):
    client = OpenAI(api_key="sk-test", base_url=base_url, max_retries=0, timeout=30)
    plain = client.responses.create(model=MODEL, instructions="Be brief.", input="Hi")
    parsed = client.responses.parse(model=MODEL, input="Largest city?", text_format=City)
    counted = client.responses.input_tokens.count(model=MODEL, input="Hi")
    print(
        json.dumps(
            {
                "plain": plain.output_text,
                "parsed": parsed.output_parsed.model_dump(),
                "counted": counted.input_tokens,
                "last": converse(client),
            }
        )
    )


main(sys.argv[1])
