"""The chat page in a real browser, with a real bot behind it."""

from __future__ import annotations

import re
import shutil

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.sandbox.page.bot import ANSWER, note_stops, start_bot
from tests.sandbox.page.browsing import chromium, visit
from tests.sandbox.page.running import running_sandbox

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(tmp_path_factory, first_start):
    folder = tmp_path_factory.mktemp("page") / "centre"
    shutil.copytree(first_start, folder)
    async with running_sandbox(folder) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def bot(sandbox, tmp_path_factory, picture, film):
    client = await start_bot(sandbox.centre, tmp_path_factory.mktemp("bot"), picture, film)
    yield client
    await client.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser():
    async with chromium() as browser:
        yield browser


@pytest.fixture
def shots(tmp_path_factory):
    """Where pictures of the page are kept for people to look at."""
    return tmp_path_factory.getbasetemp()


@pytest.fixture
def you(sandbox):
    sandbox.behaviours.clear()
    return sandbox.humans.add_user("You")


@pytest.fixture
def address(sandbox, you):
    return f"{sandbox.url}#{you['chat']}"


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(browser, address, shots):
    async with visit(browser, address, shots) as visitor:
        yield visitor


async def begin(visitor):
    """Past the greeting, where the composer is."""
    await visitor.page.click(".start")
    await visitor.sees("Welcome! What shall we do?")


async def test_a_newcomer_is_greeted_and_starts_the_bot(visitor):
    page = visitor.page
    await expect(page.locator(".empty h2")).to_have_text("What can this bot do?")
    await expect(page.locator(".compose")).to_be_hidden()

    await page.click(".start")

    await visitor.sees("Welcome! What shall we do?")
    await expect(page.locator(".start")).to_be_hidden()
    await expect(page.locator(".row.out .bubble")).to_contain_text("/start")
    await expect(page.locator(".input")).to_be_visible()


async def test_a_text_is_sent_with_enter_and_answered(visitor):
    await begin(visitor)
    await visitor.say("two\nlines")

    await visitor.sees("You said: two\nlines")
    await expect(visitor.page.locator(".input")).to_have_value("")
    await expect(visitor.page.locator(".row.out .bubble").last).to_contain_text("two\nlines")


async def test_a_pressed_button_waits_for_its_answer_and_shows_it(visitor):
    page = visitor.page
    await begin(visitor)

    await page.click(".key:has-text('Warn me')")
    await expect(page.locator(".key.waiting")).to_have_text("Warn me")
    await expect(page.locator("dialog .dialog-text")).to_have_text("This is a warning")
    await page.click("dialog .primary")
    await page.click(".key:has-text('Say hello')")

    await expect(page.locator(".toast")).to_have_text("Hello to you")
    await visitor.sees("You pressed the button")
    await expect(page.locator(".key")).to_have_count(0)
    await expect(page.locator(".row.in .edited")).to_have_count(1)


async def test_a_draft_grows_and_becomes_the_message_where_it_stands(visitor):
    page = visitor.page
    await begin(visitor)
    await page.evaluate(
        """() => {
            window.tops = []; window.lengths = [];
            new MutationObserver(() => {
                const last = document.querySelector(".rows").lastElementChild.querySelector(".bubble .text");
                if (!last?.innerText.startsWith("This")) return;
                window.tops.push(last.getBoundingClientRect().left); window.lengths.push(last.innerText.length);
            }).observe(document.querySelector(".rows"), {childList: true, subtree: true});
        }"""
    )
    await visitor.say("grow")
    await expect(page.locator(".draft .stop-draft")).to_be_visible()
    await visitor.shot("draft")
    await visitor.sees(ANSWER)

    await expect(page.locator(".draft")).to_have_count(0)
    lengths = await page.evaluate("window.lengths")
    assert lengths == sorted(lengths)
    assert len(set(lengths)) >= 3
    assert len(set(await page.evaluate("window.tops"))) == 1
    await expect(page.locator(".row.in").last).not_to_have_class(re.compile("enter"))


async def test_the_stop_button_reaches_the_bot(visitor, sandbox, bot):
    stopped = note_stops(bot)
    await begin(visitor)
    await visitor.say("grow")
    await visitor.page.click(".stop-draft")
    await visitor.sees(ANSWER)

    assert [type(update.action).__name__ for update in stopped] == ["SendMessageStopDraftAction"]


async def test_styled_text_keeps_its_nesting(visitor):
    page = visitor.page
    await begin(visitor)
    await visitor.say("style")
    await visitor.sees("The end")
    text = page.locator(".row.in .text").last

    await expect(text.locator("strong em")).to_have_text("italic")
    await expect(text.locator(".code-head span")).to_have_text("python")
    await expect(text.locator("pre")).to_have_text("def double(n):\n    return 2 * n")
    await expect(text.locator("blockquote")).to_have_text("A quotation")
    await expect(text.locator("a")).to_have_attribute("href", "https://example.org/")
    await text.locator(".spoiler").click()
    await expect(text.locator(".spoiler")).to_have_class("spoiler shown")
    await visitor.shot("style")


async def test_a_photo_opens_large_and_closes(visitor):
    page = visitor.page
    await begin(visitor)
    await visitor.say("draw")
    await visitor.sees("A red boat")
    await expect(page.locator(".photo img")).to_have_js_property("naturalWidth", 900)

    await page.click(".photo")
    await expect(page.locator(".viewer-image")).to_be_visible()
    await visitor.shot("photo")
    await page.keyboard.press("Escape")

    await expect(page.locator(".viewer")).to_have_count(0)


async def test_a_film_plays(visitor):
    page = visitor.page
    await begin(visitor)
    await visitor.say("film")
    film = page.locator(".video video")
    await film.wait_for()
    await film.evaluate("video => { video.muted = true; return video.play(); }")

    await expect(film).to_have_js_property("videoWidth", 480)
    await visitor.until("document.querySelector('.video video').currentTime > 0.2")


async def test_an_album_is_one_bubble(visitor):
    page = visitor.page
    await begin(visitor)
    await visitor.say("album")
    await visitor.sees("Three boats")

    await expect(page.locator(".album img")).to_have_count(3)
    await expect(page.locator(".album")).to_have_count(1)
    await visitor.shot("album")


async def test_files_chosen_together_are_sent_as_an_album(visitor, picture):
    page = visitor.page
    await begin(visitor)
    await page.set_input_files("input[type=file]", [picture, picture])
    await expect(page.locator(".tray-item")).to_have_count(2)
    await visitor.say("my boats")

    await expect(page.locator(".row.out .album img")).to_have_count(2)
    await visitor.sees("Got it: photo")
    await expect(page.locator(".tray-item")).to_have_count(0)


async def test_a_voice_is_recorded_sent_and_played(visitor, sandbox):
    page = visitor.page
    await begin(visitor)
    await page.click("[aria-label='Record a voice message']")
    await page.click(".record")
    await page.wait_for_timeout(700)
    await page.click(".record")
    await page.fill("dialog textarea", "draw me a boat")
    await page.locator("dialog audio[src]").wait_for()
    await page.click("dialog .primary")

    await page.click(".player .play")
    await visitor.sees("Got it: voice")
    assert sandbox.behaviours[0]["text"] == "draw me a boat"


async def test_polls_and_reactions_change_where_they_stand(visitor, sandbox, you):
    page = visitor.page
    await begin(visitor)
    extra = {"question": "Which colour?", "options": ["Red", "Blue"]}
    poll = sandbox.humans.post(you["chat"], you["id"], kind="poll", extra=extra)
    await page.click(".poll button:has-text('Blue')")
    await expect(page.locator(".poll > .card-detail").last).to_have_text("1 vote")
    sandbox.humans.react(you["chat"], poll["id"], you["id"], "+")

    await expect(page.locator(".row.out .reaction")).to_have_text("+")


async def test_an_invoice_is_paid_after_a_question_and_shows_its_receipt(visitor):
    page = visitor.page
    await begin(visitor)
    await visitor.say("sell")
    await expect(page.locator(".invoice-price")).to_have_text("50 stars")
    await expect(page.locator(".head-status")).to_contain_text("10000 stars")

    await page.click(".key[data-type=pay]")

    await expect(page.locator("dialog .dialog-text")).to_contain_text("No real money moves")
    await page.click("dialog .primary")

    await expect(page.locator(".toast")).to_have_text("Paid")
    await visitor.sees("Paid: 50 stars", ".pill")
    await expect(page.locator(".head-status")).to_contain_text("9950 stars")
    await visitor.shot("invoice")

    await page.click(".key[data-type=receipt]")
    await expect(page.locator("dialog h2")).to_have_text("Receipt: 100 credits")
    await visitor.shot("receipt")
    await page.click("dialog .danger")
    await visitor.sees("Refunded: 50 stars", ".pill")
    await expect(page.locator(".head-status")).to_contain_text("10000 stars")


async def test_what_the_bot_refuses_is_said_in_its_words(visitor):
    page = visitor.page
    await begin(visitor)
    await visitor.say("sell nothing")
    await page.click(".key[data-type=pay]")
    await page.click("dialog .primary")
    await expect(page.locator("dialog .dialog-text")).to_have_text("Sold out, sorry.")
    await page.click("dialog .primary")
    await expect(page.locator(".key[data-type=pay]")).to_be_visible()


async def test_messages_are_replied_to_edited_and_deleted_by_the_menu(visitor):
    page = visitor.page
    await begin(visitor)
    await page.locator(".row.in .bubble").last.click(button="right")
    await page.click(".menu [role=menuitem]:has-text('Reply')")
    await visitor.say("frist")
    await visitor.sees("You said: frist")
    own = page.locator(".row.out .bubble").last
    await expect(own.locator(".reply-text")).to_have_text("Welcome! What shall we do?")

    await own.click(button="right")
    await page.click(".menu [role=menuitem]:has-text('Edit')")
    await visitor.say("first")
    await expect(own.locator(".edited")).to_have_text("edited")
    await expect(own).to_contain_text("first")

    await own.click(button="right")
    await page.click(".menu [role=menuitem]:has-text('Delete')")
    await page.click("dialog .danger")
    await expect(page.locator(".row.out .bubble:has-text('first')")).to_have_count(0)


async def test_commands_are_offered_after_a_slash(visitor):
    page = visitor.page
    await begin(visitor)
    await page.locator(".input").press_sequentially("/i")
    await expect(page.locator(".suggestion")).to_have_text("/imgDraw a picture")
    await page.keyboard.press("Enter")

    await visitor.sees("You said: /img")


async def test_in_a_group_people_take_turns_and_the_bot_answers_when_called(visitor, sandbox, you):
    page = visitor.page
    marina = sandbox.humans.add_user("Marina", "ru")
    sandbox.humans.add_chat("Film club", [you["id"], marina["id"]], "supergroup")
    await page.reload()
    await page.click(".entry:has-text('Film club')")
    await visitor.say("Hello everybody")
    await page.select_option(".who select", label="Marina")
    await visitor.say(f"@{sandbox.centre.bot['username']} what is this?")

    await visitor.sees("You said: what is this?")
    await expect(page.locator(".row.in .sender").first).to_contain_text("You")
    await expect(page.locator(".row.out .bubble").last).to_contain_text("what is this?")
    await expect(page.locator(".row.in .reply-name").last).to_have_text("Marina")
    await visitor.shot("group")


async def test_a_forum_shows_general_and_each_topic_by_itself(visitor, sandbox, you):
    forum = sandbox.humans.add_chat("Studio", [you["id"]], "forum")
    music = sandbox.humans.add_topic(forum["id"], "Music")
    sandbox.humans.post(forum["id"], you["id"], "before the page was there")
    await visitor.page.reload()
    await visitor.page.locator(".entry", has_text="Studio").click()
    await visitor.sees("before the page was there")
    await visitor.say("for everybody")
    await visitor.sees("for everybody")
    await visitor.page.locator(f'.entry[data-key="{forum["id"]}:{music}"]').click()
    await visitor.say("only here")
    await visitor.sees("only here")
    assert await visitor.page.locator(".bubble", has_text="for everybody").count() == 0


async def test_what_was_sent_is_not_offered_again_and_what_was_not_waits(visitor, sandbox, you):
    page = visitor.page
    sandbox.humans.add_chat("Book club", [you["id"]], "supergroup")
    await page.reload()
    await begin(visitor)
    await visitor.say("sent already")
    await visitor.sees("You said: sent already")
    await page.click(".entry:has-text('Book club')")
    await page.fill(".input", "not sent yet")
    await page.click(f".entry[data-key^='{you['chat']}']")
    await expect(page.locator(".input")).to_have_value("")

    await page.click(".entry:has-text('Book club')")
    await expect(page.locator(".input")).to_have_value("not sent yet")


async def test_hostile_names_and_messages_stay_text(visitor, sandbox, you, tmp_path):
    page = visitor.page
    humans, mallory = sandbox.humans, sandbox.humans.add_user(HOSTILE)
    group = humans.add_chat(HOSTILE, [you["id"], mallory["id"]], "supergroup")
    link = [{"type": "text_link", "offset": 0, "length": 5, "url": "javascript:alert(3)"}]
    humans.post(group["id"], mallory["id"], "click me", entities=link)
    humans.post(group["id"], mallory["id"], HOSTILE)
    file = tmp_path / "x.txt"
    file.write_text("x")
    humans.post(group["id"], mallory["id"], kind="document", file=file, name=f"{HOSTILE}.txt")
    await page.click(".entry:has-text('onerror') >> nth=1")
    await visitor.sees(HOSTILE)

    await expect(page.locator(".head-title")).to_have_text(HOSTILE)
    await expect(page.locator(".row.in .sender").first).to_have_text(HOSTILE)
    await expect(page.locator("img[src=x], script:not([src]), a[href^=javascript]")).to_have_count(0)
    await visitor.shot("hostile")


async def test_two_thousand_messages_stay_light(visitor, sandbox, you):
    page = visitor.page
    chat = sandbox.humans.add_chat("Crowd", [you["id"]], "supergroup", with_bot=False)
    for number in range(2000):
        sandbox.humans.post(chat["id"], you["id"], f"message {number}")
    await page.reload()
    await page.click(".entry:has-text('Crowd')")
    await visitor.sees("message 1999")

    count = "document.querySelectorAll('.row').length"
    assert await page.evaluate(count) < 220
    await page.evaluate("document.querySelector('.list').scrollTop = 0")
    await visitor.until(f"{count} > 290")
    assert await page.evaluate("document.querySelector('.list').scrollTop") > 1000  # what was read stays where it was


async def test_a_second_page_and_a_reload_show_the_same(visitor, browser, address, shots):
    await begin(visitor)
    async with visit(browser, address, shots) as other:
        await other.sees("Welcome! What shall we do?")
        await visitor.say("from the first page")
        await other.sees("from the first page")
    await visitor.page.reload()
    await visitor.sees("You said: from the first page")


async def test_dark_russian_and_narrow(browser, address, shots):
    async with visit(browser, address, shots, color_scheme="dark", locale="ru-RU", width=360, height=720) as visitor:
        page = visitor.page
        await expect(page.locator(".start")).to_have_text("Начать")
        await page.click(".start")
        await visitor.sees("Welcome! What shall we do?")
        await visitor.say("style")
        await visitor.sees("The end")

        widths = await page.evaluate("[document.documentElement.scrollWidth, document.querySelector('.list').scrollWidth]")
        shade = await page.evaluate("getComputedStyle(document.querySelector('.head')).backgroundColor")
        assert max(widths) <= 360
        assert max(int(part) for part in re.findall(r"\d+", shade)[:3]) < 80
        await visitor.shot("narrow")
        await page.click("[aria-label='К списку чатов']")
        await expect(page.locator(".entry").first).to_be_visible()


async def test_the_theme_can_be_switched_and_is_kept(visitor):
    page = visitor.page
    for _ in range(2):
        await page.click("[aria-label^='Theme']")
    await page.reload()
    shade = await page.evaluate("getComputedStyle(document.querySelector('.head')).backgroundColor")

    assert max(int(part) for part in re.findall(r"\d+", shade)[:3]) < 80


async def test_the_side_panel_shows_what_runs_and_breaks_things(visitor, sandbox):
    page = visitor.page
    await page.click(".head [aria-label='Behind the scenes']")
    await expect(page.locator(".panel tbody tr")).to_have_text("bot432190 MB")
    await expect(page.locator(".panel dd code").first).to_have_text("127.0.0.1:4000")
    await page.click(".panel form:has-text('Telegram') .primary")
    await expect(page.locator(".toast")).to_have_text("Done: Flood wait")
    await page.click(".panel form:has-text('AI service') .primary")
    await expect(page.locator(".toast").last).to_contain_text("Too many requests")

    assert sandbox.centre.faults.take("messages.SendMessage").action == "flood_wait"
    assert sandbox.behaviours[0]["action"] == "429"
    await visitor.shot("panel")


async def test_both_languages_have_the_same_words(visitor):
    words = await visitor.page.evaluate(
        "import('/static/words.js').then(m => [Object.keys(m.WORDS.en), Object.keys(m.WORDS.ru)])"
    )

    assert set(words[0]) == set(words[1])


async def test_a_bot_that_is_not_running_is_said_so_until_it_is_back(browser, tmp_path, first_start, picture, film, shots):
    shutil.copytree(first_start, tmp_path / "centre")
    async with running_sandbox(tmp_path / "centre") as sandbox:
        you = sandbox.humans.add_user("You")
        async with visit(browser, f"{sandbox.url}#{you['chat']}", shots) as visitor:
            absence = visitor.page.locator(".absence")
            await expect(absence).to_have_text(re.compile("not running"), timeout=10_000)
            client = await start_bot(sandbox.centre, tmp_path, picture, film)
            await expect(absence).to_be_hidden()
            await client.stop()
            await expect(absence).to_be_visible(timeout=10_000)
            await visitor.shot("bot-away")
