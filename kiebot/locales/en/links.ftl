### Links to pictures, clips and sounds

command-ref = Work on what a link leads to
link-usage = Write the link after the command: /ref https://… It may lead to a picture, a clip or a sound, or to YouTube, Instagram or TikTok.
link-accepted = 🔗 Got the link, fetching what it leads to…
link-ready = 🔗 Here it is: { $kind ->
    [image] a picture.
    [video] a clip.
   *[audio] a sound.
} What next?
link-make = ➕ What can be made of it
link-no-media = This link leads to a page, not to a picture, clip or sound. To talk about it, write your question together with the link.
link-too-large = What this link leads to is too large for me. Please send me something smaller.
link-too-long = This video is too long, or it is live: I take up to 10 minutes. Please send me the part that you need.
link-no-sites = This bot does not fetch videos from this site. Please send me the video itself, or a direct link to the file.
link-not-public = I follow links to public addresses only.
link-refused = The site does not give me this. Perhaps it wants a login, or the link is no longer good. Please send me the file itself.
