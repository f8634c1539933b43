A house has rules of its own for those who speak in it. Each refusal says which rule it was, until when, and
what would help. The story begins at 12:26:40 in UTC.

> group modern owner=mia house=off
> mia joins
  = Joined
  1 Tip: Join Mia by mia, 1 online
  -> host: mia joined on Web
  -> host: mia is online
> ann joins
  = Joined
  2 Tip: Join Ann by ann, 2 online
  -> host: ann joined on Web
  -> host: ann is online
> bo joins
  = Joined
  3 Tip: Join Bo by bo, 3 online
  -> host: bo joined on Web
  -> host: bo is online
> app makes bo admin
  = done
  4 Tip: SetAdmin Bo, 3 online
  -> bo@web after 4: RoleChanged { role: Admin }

Each role has a pause of its own.

> configure slow_members=10s slow_admins=2s
> ann says one
  = message 1: delivered as 5 at 0.000 s
  5 Normal: Ann: one
  -> host: message 1 delivered as 5 at 0.000 s
> ann says two
  ! slow mode: write again at 10.000 s (3001)
> bo says one
  = message 2: delivered as 6 at 0.000 s
  6 Normal: Bo: one
  -> host: message 2 delivered as 6 at 0.000 s
> bo says two
  ! slow mode: write again at 2.000 s (3001)
> wait 2s
> bo says two
  = message 3: delivered as 7 at 2.000 s
  7 Normal: Bo: two
  -> host: message 3 delivered as 7 at 2.000 s
> wait 8s
> ann says two
  = message 4: delivered as 8 at 10.000 s
  8 Normal: Ann: two
  -> host: message 4 delivered as 8 at 10.000 s

Everybody may say five things at once, and then one each second. What was refused counts for nothing.

> group vendor pace=1s*5
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> repeat 7 ann says hello
  = 3 times delivered
  = 2 times waiting
  = 2 times write again at 1.000 s (3005)
  3 times -> host: message delivered as at s
  3 times Normal: Ann: hello
> wait 1s
  5 Normal: Ann: hello
  6 Normal: Ann: hello
  -> host: message 4 delivered as 5 at 0.025 s
  -> host: message 5 delivered as 6 at 0.050 s
> ann says again
  = message 6: delivered as 7 at 1.000 s
  7 Normal: Ann: again
  -> host: message 6 delivered as 7 at 1.000 s
> ann says and again
  ! too fast: write again at 2.000 s (3005)

Nobody says what was said within half a minute, whatever its case and spaces. Another may say it where only
one's own counts.

> group vendor unique=30s
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> bo joins
  = Joined
  2 Tip: Join Bo by bo, 2 online
  -> host: bo joined on Web
  -> host: bo is online
> ann says Buy gold NOW
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: Buy gold NOW
  -> host: message 1 delivered as 3 at 0.000 s
> bo says   buy GOLD  now
  ! said already: say something else, or say it again at 30.000 s (3006)
> bo says buy silver now
  = message 2: delivered as 4 at 0.000 s
  4 Normal: Bo: buy silver now
  -> host: message 2 delivered as 4 at 0.000 s
> wait 30s
> bo says buy gold now
  = message 3: delivered as 5 at 30.000 s
  5 Normal: Bo: buy gold now
  -> host: message 3 delivered as 5 at 30.000 s
> configure unique_own=30s
> ann says buy gold now
  = message 4: delivered as 6 at 30.000 s
  6 Normal: Ann: buy gold now
  -> host: message 4 delivered as 6 at 30.000 s
> ann says buy gold now
  ! said already: say something else, or say it again at 60.000 s (3006)

Who shouts a text into a rule that blocks or holds it keeps nobody else from saying it; for themselves a repeat is
a repeat.

> group vendor unique=30s block_run=5 hold_capitals=4
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> bo joins
  = Joined
  2 Tip: Join Bo by bo, 2 online
  -> host: bo joined on Web
  -> host: bo is online
> ann says yesssss
  = message 1: rejected by house rule 0
  -> host: message 1 rejected by house rule 0
> ann says yeSsSsS
  ! said already: say something else, or say it again at 30.000 s (3006)
> bo says yeSsSsS
  = message 2: delivered as 3 at 0.000 s
  3 Normal: Bo: yeSsSsS
  -> host: message 2 delivered as 3 at 0.000 s
> ann says GOOD NIGHT
  = message 3: held until 60.000 s
  -> host: question 1 for filter until 60.000 s, Rule { rule: 1 }: Ann: GOOD NIGHT
> bo says good night
  = message 4: delivered as 4 at 0.000 s
  4 Normal: Bo: good night
  -> host: message 4 delivered as 4 at 0.000 s

Links are for those with a mark, and texts have a length. Whatever else is wrong, the first rule says.

> group vendor owner=mia links=1001 longest=20
> mia joins
  = Joined
  1 Tip: Join Mia by mia, 1 online
  -> host: mia joined on Web
  -> host: mia is online
> ann joins
  = Joined
  2 Tip: Join Ann by ann, 2 online
  -> host: ann joined on Web
  -> host: ann is online
> mia marks ann 1001
  = done
> bo joins
  = Joined
  3 Tip: Join Bo by bo, 3 online
  -> host: bo joined on Web
  -> host: bo is online
> ann says see www.a.example
  = message 1: delivered as 4 at 0.000 s
  4 Normal: Ann: see www.a.example
  -> host: message 1 delivered as 4 at 0.000 s
> bo says see WWW。a。com
  ! no links are allowed; there are 1; or ask the staff for mark 1001 (3008)
> bo says see you.to/party
  ! no links are allowed; there are 1; or ask the staff for mark 1001 (3008)
> bo says see discord.g|g/party
  ! no links are allowed; there are 1; or ask the staff for mark 1001 (3008)
> mia says www.a.com
  = message 2: delivered as 5 at 0.000 s
  5 Normal: Mia: www.a.com
  -> host: message 2 delivered as 5 at 0.000 s
> bo says go to www.a.com and be longer than that
  ! no links are allowed; there are 1; or ask the staff for mark 1001 (3008)
> bo says twenty-one characters
  ! 21 characters, at most 20 are allowed (3008)
> bo says just twenty of them.
  = message 3: delivered as 6 at 0.000 s
  6 Normal: Bo: just twenty of them.
  -> host: message 3 delivered as 6 at 0.000 s

Emotes only: nothing but faces and emoji.

> group vendor texts=emotes
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says 🔥 🔥🔥
  = message 1: delivered as 2 at 0.000 s
  2 Normal: Ann: 🔥 🔥🔥
  -> host: message 1 delivered as 2 at 0.000 s
> ann says 🟢⏰⬆️ 🇨🇳 1️⃣
  = message 2: delivered as 3 at 0.000 s
  3 Normal: Ann: 🟢⏰⬆️ 🇨🇳 1️⃣
  -> host: message 2 delivered as 3 at 0.000 s
> ann says ❶❸
  ! only faces and emoji may be sent now (3008)
> ann says fire 🔥
  ! only faces and emoji may be sent now (3008)

A rule may hold a message for the host, or block it, and its life says so.

> group vendor hold_capitals=4 block_run=5
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says LOUD
  = message 1: held until 60.000 s
  -> host: question 1 for filter until 60.000 s, Rule { rule: 0 }: Ann: LOUD
> explain 1
  message 1 of ann: Text, Normal, accepted at 1600000000.000000000
  - rules: text rules
  - ruled: Held by house rule 0
  - filter asked for house rule 0, until 1600000060.000000000
  - held until 1600000060.000000000
> ann says aaaaa
  = message 2: rejected by house rule 1
  -> host: message 2 rejected by house rule 1
> app answers 1 allow
  = done
  2 Normal: Ann: LOUD
  -> host: message 1 delivered as 2 at 0.000 s
> stats
  offered 2 = refused 0 + accepted 2
  Normal: accepted 2 = delivered 1 + rejected 1 + discarded 0 + waiting 0 + held 0

At night it is quiet, but for the staff. Over midnight, too.

> group vendor owner=mia quiet=12:27-12:28 quiet=12:28-00:30
> mia joins
  = Joined
  1 Tip: Join Mia by mia, 1 online
  -> host: mia joined on Web
  -> host: mia is online
> ann joins
  = Joined
  2 Tip: Join Ann by ann, 2 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says still awake
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: still awake
  -> host: message 1 delivered as 3 at 0.000 s
> wait 20s
> ann says good night
  ! quiet hours: write again at 43400.000 s (3004)
> mia says good night
  = message 2: delivered as 4 at 20.000 s
  4 Normal: Mia: good night
  -> host: message 2 delivered as 4 at 20.000 s

Some rules do not concern some people: by name, and by mark.

> group vendor owner=mia pace=60s*1 exempt=vip exempt_mark=1002
> mia joins
  = Joined
  1 Tip: Join Mia by mia, 1 online
  -> host: mia joined on Web
  -> host: mia is online
> vip joins
  = Joined
  2 Tip: Join Vip by vip, 2 online
  -> host: vip joined on Web
  -> host: vip is online
> ann joins
  = Joined
  3 Tip: Join Ann by ann, 3 online
  -> host: ann joined on Web
  -> host: ann is online
> bo joins
  = Joined
  4 Tip: Join Bo by bo, 4 online
  -> host: bo joined on Web
  -> host: bo is online
> mia marks bo 1002
  = done
> repeat 2 vip says hello
  = 2 times delivered
  2 times -> host: message delivered as at s
  2 times Normal: Vip: hello
> repeat 2 bo says hello
  = 1 times delivered
  = 1 times waiting
  1 times -> host: message delivered as at s
  1 times Normal: Bo: hello
> repeat 2 ann says hello
  = 1 times waiting
  = 1 times write again at 60.000 s (3005)

What members say counts as Normal at most, whatever they claim.

> group vendor members_at_most=normal
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says important at high
  = message 1: delivered as 2 at 0.000 s
  2 Normal: Ann: important
  -> host: message 1 delivered as 2 at 0.000 s

Who comes and goes too often waits outside.

> group vendor joins=5s*2
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann quits
  = done
  2 Tip: Quit Ann by ann, 0 online
  -> host: ann left, Quit from Web
  -> host: ann is offline
> ann joins
  = Joined
  3 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann quits
  = done
  4 Tip: Quit Ann by ann, 0 online
  -> host: ann left, Quit from Web
  -> host: ann is offline
> ann joins
  ! came too often: join again at 5.000 s (3007)
> wait 5s
> ann joins
  = Joined
  5 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online

Where a rule and the filter both hold a text, the filter is the cause.

> group modern house=off hold_capitals=4
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> filter wait=hold
> ann says WAIT NOW
  = message 1: held until 60.000 s
  -> host: question 1 for filter until 60.000 s, Filter { term: 0 }: Ann: WAIT NOW
> explain 1
  message 1 of ann: Text, Normal, accepted at 1600000000.000000000
  - rules: text rules, filter
  - ruled: Held by house rule 0
  - filtered: Held for term 0
  - filter asked for term 0, until 1600000060.000000000
  - held until 1600000060.000000000
