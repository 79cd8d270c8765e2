"""What the sandbox's scripts of films are put together from."""

from __future__ import annotations

TITLES = {
    "en": (
        "{word}: a sandbox story",
        "The way to “{word}”",
        "{word} and the sea of light",
        "One day called “{word}”",
        "After “{word}”",
    ),
    "ru": (
        "{word}: история из песочницы",
        "Дорога к слову «{word}»",
        "Однажды: {word}",
        "День под знаком «{word}»",
        "После слова «{word}»",
    ),
}
SIGNED = {"en": "Written by the sandbox's script.", "ru": "Сценарий написала песочница."}
BEATS = {  # the beginning, the way, the turn, the height, the end
    "en": (
        ("A quiet beginning", "First light", "Somebody arrives"),
        ("The way leads on", "A first sign", "A door opens", "Something is missing"),
        ("Everything changes", "A storm comes up", "A hard choice"),
        ("The longest night", "Face to face", "Nothing is certain any more", "One step further"),
        ("The morning after", "Home again", "What remains"),
    ),
    "ru": (
        ("Тихое начало", "Первый свет", "Кто-то приходит"),
        ("Дорога зовёт дальше", "Первый знак", "Открывается дверь", "Чего-то не хватает"),
        ("Всё меняется", "Поднимается буря", "Трудный выбор"),
        ("Самая длинная ночь", "Лицом к лицу", "Ничего больше не ясно", "Ещё один шаг"),
        ("Утро после", "Снова дома", "Что остаётся"),
    ),
}
NARRATIONS = {
    "en": (
        "It begins with a single word: {word}.",
        "Nobody had looked here for a long time.",
        "“{word}”, somebody whispers, and then it is still.",
        "The wind turns, and with it the whole story.",
        "Step by step it comes closer: {word}.",
        "Who would have thought of “{word}”?",
        "One light stays on all through the night.",
        "What was far away is suddenly here.",
        "There is only one question left: {word}?",
        "And for a moment everything holds its breath.",
        "Remember this word: {word}.",
        "The way back is longer than the way there.",
        "Somebody laughs, and the fear is gone.",
        "What does “{word}” mean to you?",
        "A bell rings twice. Then only this: {word}.",
        "Not everything can be told. This can: {word}.",
        "In the end it was always about “{word}”.",
    ),
    "ru": (
        "Всё начинается с одного слова: «{word}».",
        "Сюда давно никто не заглядывал.",
        "«{word}», шепчет кто-то, и снова тишина.",
        "Ветер меняется, а с ним и вся история.",
        "Шаг за шагом всё ближе: «{word}».",
        "Кто бы мог подумать: «{word}»!",
        "Один огонёк не гаснет всю ночь.",
        "То, что было далеко, вдруг оказалось рядом.",
        "Остался один вопрос: «{word}»?",
        "И на миг всё вокруг замирает.",
        "Запомните это слово: «{word}».",
        "Дорога назад длиннее, чем дорога туда.",
        "Кто-то смеётся, и страха больше нет.",
        "Что значит для вас «{word}»?",
        "Колокол бьёт дважды. И снова: «{word}».",
        "Не всё можно рассказать. Но это можно: «{word}».",
        "В конце концов всё было ради слова «{word}».",
    ),
}
SHORT_NARRATION = "«{word}»."
PEOPLE = (
    ("Mira", "a woman of thirty with short dark hair, a yellow raincoat and green boots"),
    ("Anton", "a lean man of sixty with a white beard, a grey cap and a blue knitted sweater"),
    ("Lena", "a girl of ten with two red plaits, freckles and a striped scarf"),
    ("Oskar", "a tall young man with round glasses, a brown coat and a leather bag"),
    ("Sanna", "an old woman with silver hair in a bun, a violet shawl and bright eyes"),
)
LOOKS = (
    "Muted blues with one warm accent, late autumn",
    "Warm browns and gold, a dry summer",
    "Pale greens and white, early spring by the water",
    "Deep violet and orange, a mild winter in the hills",
)
SHOTS = (
    "Wide shot", "Close-up", "Low-angle shot", "View from above", "Medium shot", "Silhouette", "Over-the-shoulder shot",
)  # fmt: skip
PLACES = (
    "on a rocky coast", "in a narrow old street", "in a room full of clocks", "at the edge of a pine forest", "on a wooden pier",
    "under a stone bridge", "on a roof above the town", "in a field of tall grass", "beside a small fire", "at a railway station",
    "in a greenhouse", "on a snowy hill", "at a market at closing time",
)  # fmt: skip
LIGHTS = (
    "soft dawn light", "hard noon sun", "golden evening light", "blue hour", "moonlight through clouds", "warm lamp light",
    "mist and pale sun", "rain and reflections",
)  # fmt: skip
MOVES = (
    "The camera glides slowly forward; grass and hair move in the wind.",
    "Slow pan to the right; a light flickers.",
    "The camera rises gently; smoke drifts upwards.",
    "Still camera; the figure turns the head and looks up.",
    "Slow pull back; small figures walk away.",
    "The camera circles a little to the left; waves roll in.",
    "Slow zoom in on the hands; dust floats in the light.",
)
