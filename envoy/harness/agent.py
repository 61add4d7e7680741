"""An agent as its authors would write it: the official client, its own accumulator, messages sent back as they came.

Usage: agent.py BASE_URL. Asks once, answers tool calls until there are none, then says thanks.
"""

import sys

from openai import OpenAI

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOLS = [
    {
        "type": "function",
        "function": {"name": "get_weather", "strict": True, "parameters": PARAMETERS},
    }
]


def answer(client, messages):
    """The accumulated choice of a streamed answer."""
    with client.chat.completions.stream(
        model="claude-sonnet-4-5", reasoning_effort="low", tools=TOOLS, messages=messages
    ) as stream:
        for _ in stream:
            pass
        return stream.get_final_completion().choices[0]


def main(base_url):
    client = OpenAI(api_key="sk-test", base_url=base_url, max_retries=0, timeout=30)
    messages = [{"role": "user", "content": "Weather in Oslo?"}]
    while True:
        choice = answer(client, messages)
        messages.append(choice.message)
        if choice.finish_reason != "tool_calls":
            break
        for call in choice.message.tool_calls:
            messages.append({"role": "tool", "tool_call_id": call.id, "content": "Rain, 4 °C"})
    messages.append({"role": "user", "content": "Thanks"})
    answer(client, messages)


main(sys.argv[1])
