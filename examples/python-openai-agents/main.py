"""OpenAI's Agents SDK, by Responses (its default) and by Chat Completions."""

import os

from agents import (
    Agent,
    Runner,
    function_tool,
    set_default_openai_api,
    set_default_openai_client,
    set_tracing_disabled,
)
from openai import AsyncOpenAI

set_tracing_disabled(True)  # traces would go to OpenAI
set_default_openai_client(
    AsyncOpenAI(
        base_url=os.environ.get("BRIDGE_URL", "http://127.0.0.1:10000") + "/v1",
        api_key=os.environ.get("BRIDGE_KEY", "demo"),
    )
)


@function_tool
def population(city: str) -> str:
    """People who live in a city."""
    return f"{city}: 2,100,000"


for api in ("responses", "chat_completions"):
    set_default_openai_api(api)
    agent = Agent(
        name="Geographer",
        instructions="Answer in one sentence.",
        model="claude-sonnet-4-5",
        tools=[population],
    )
    print(f"{api}:", Runner.run_sync(agent, "What is the capital of France?").final_output)
