Step 6 and FAQ 1 of the modelled service's guide: nick and avatar come from the user's profile, as they
were when the message was sent. A message says nothing of them itself, so they are never empty where a
profile is.

> group livestream
> ann joins as Ann
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> bo joins as Bo
  = Joined
  2 Tip: Join Bo by bo, 2 online
  -> host: bo joined on Web
  -> host: bo is online
> ann says before
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Ann: before
  -> host: message 1 delivered as 3 at 0.000 s
> ann is called Annabel
  = done
> ann says after
  = message 2: delivered as 4 at 0.000 s
  4 Normal: Annabel: after
  -> host: message 2 delivered as 4 at 0.000 s
> bo reads
  2 Tip: Join Bo by bo, 2 online
  3 Normal: Ann: before
  4 Normal: Annabel: after

Who never set one is shown by their id.

> app/cy says from the studio
  = message 3: delivered as 5 at 0.000 s
  5 Normal: Cy: from the studio
  -> host: message 3 delivered as 5 at 0.000 s
