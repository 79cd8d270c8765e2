### Pictures and clips that people ask about, and prompts made of them

picture-ask = 💬 Ask about it
picture-ask-now = 💬 What would you like to know? Write your question.
picture-prompt = 📝 Prompt from it
picture-for = 📝 I look at it and write a ready prompt. What for?
picture-for-image = 🖼 A picture
picture-for-video = 🎬 A clip
picture-prompting = Writing the prompt.
picture-make-image = 🖼 Make a picture
picture-make-video = 🎬 Make a clip
picture-change = ✏️ Change it
picture-change-now = ✏️ What shall be different? Write it, for example: "at night, seen from above". A reply to a prompt works as well.
picture-prompt-ru = 🌐 In Russian
picture-prompt-en = 🌐 In English
picture-edit-image = 🖌 Edit it so
picture-edit-video = 📼 Rework it so
picture-more = ➕ More
picture-lost = I do not have this picture any more. Please send it again.
vision-blind = The text model of this bot cannot look at pictures. The administrator can set another one for that (the section "vision"). What can be made of your picture works all the same.
