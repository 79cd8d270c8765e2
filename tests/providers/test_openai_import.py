import subprocess
import sys


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_package_loads_without_its_types():
    code = """
import sys
from kiebot.providers import openai_import
package = openai_import.load()
print(openai_import.load() is package, len(sys.modules), any(name.startswith("openai.types") for name in sys.modules))
import openai.types
print(len(sys.modules))
"""
    same, few, types, many = run(code)
    assert (same, types) == ("True", "False")
    assert int(many) > int(few) + 200


def test_who_asks_for_a_type_later_gets_the_real_one():
    code = """
from kiebot.providers import openai_import
client = openai_import.load().AsyncOpenAI(api_key="x", base_url="http://127.0.0.1:9")
client.chat.completions.with_raw_response, client.audio.transcriptions
from openai.types.chat import ChatCompletion
import openai
print(openai.types.chat.ChatCompletion is ChatCompletion, "choices" in ChatCompletion.model_fields)
"""
    assert run(code) == ["True", "True"]


def test_a_release_that_needs_its_types_is_loaded_whole(tmp_path):
    package = tmp_path / "openai"
    (package / "types").mkdir(parents=True)
    (package / "types" / "__init__.py").write_text("NUMBER = 41\n")
    (package / "__init__.py").write_text("from .types import NUMBER\nANSWER = NUMBER + 1\n")
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from kiebot.providers import openai_import
print(openai_import.load().ANSWER, openai_import.load().types.NUMBER, any("Blanks" in repr(one) for one in sys.meta_path))
"""
    assert run(code) == ["42", "41", "False"]
