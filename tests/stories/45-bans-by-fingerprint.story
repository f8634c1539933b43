A host may say by what it knows a device or a line. Whoever is here with a banned one goes, guests too, and
nobody comes in with it; but for the staff.

> group modern owner=owner audit=yes
> owner joins from a
  = Joined
  1 Tip: Join owner by owner, 1 online
  -> host: owner joined on Web
  -> host: owner is online
> ann joins from a
  = Joined
  2 Tip: Join ann by ann, 2 online
  -> host: ann joined on Web
  -> host: ann is online
> ann@ios attaches
  = AlreadyInGroup
  -> host: ann is back on Ios
> bo joins from a
  = Joined
  3 Tip: Join bo by bo, 3 online
  -> host: bo joined on Web
  -> host: bo is online
> cy@ios joins
  = Joined
  4 Tip: Join Cy by cy, 4 online
  -> host: cy joined on Ios
  -> host: cy is online
> cy attaches from a
  = AlreadyInGroup
  -> host: cy is back on Web
> guest joins from a
  = Joined
  -> host: a guest joined on Web
> guest@ios joins from b
  = Joined
  -> host: a guest joined on Ios
> app makes ann admin
  = done
  5 Tip: SetAdmin ann, 6 online
  -> ann@web after 5: RoleChanged { role: Admin }
  -> ann@ios after 5: RoleChanged { role: Admin }
  -> host: audit 1 by app: SetAdmin ann
> bo says one
  = message 1: delivered as 6 at 0.000 s
  6 Normal: bo: one
  -> host: message 1 delivered as 6 at 0.000 s
> repeat 3 bo says two
  = 1 times delivered
  = 2 times waiting
  1 times -> host: message delivered as at s
  1 times Normal: bo: two
> owner bans line a for 10s
  = done
  8 Tip: Kick bo, 5 online
  -> host: audit 2 by owner: BanPrints until 10.000 s, line a
  -> host: audit 3 by time: Evict bo until 10.000 s, line a
  -> host: message 3 discarded: Banned
  -> host: message 4 discarded: Banned
  -> host: bo left, Banned from Web
  -> host: bo is offline
  -> bo@web after 8: Banned until 10.000 s
  -> host: audit 4 by time: Evict cy until 10.000 s, line a
  -> host: cy left, Banned from Web, and stays a member
  -> cy@web after 8: Banned until 10.000 s
  -> host: audit 5 by time: Evict until 10.000 s, line a
  -> host: a guest left, Banned from Web
  -> guest@web after 8: Banned until 10.000 s
> members
  owner Owner on Web
  ann Admin on Web, Ios
  cy Member on Ios
  1 guests, 4 online
> bo joins from a
  ! banned until 10.000 s (2003)
> bo joins from b
  = Joined
  9 Tip: Join bo by bo, 5 online
  -> host: bo joined on Web
  -> host: bo is online
> cy attaches from a
  ! banned until 10.000 s (2003)
> guest joins from a
  ! banned until 10.000 s (2003)
> ann quits
  = done
  -> host: ann left, Quit from Web, and stays a member
> ann joins from a
  = AlreadyInGroup
  -> host: ann is back on Web
> owner bans line a for 20s
  = done
  -> host: audit 6 by owner: BanPrints until 20.000 s, line a
> app unbans line b
  = done
> wait 20s
  -> host: of "bo: two" there were 1, delivered 1, removed 2
  -> host: audit 7 by time: UnbanPrints, Elapsed, line a
> guest joins from a
  = Joined
  -> host: a guest joined on Web

An applicant goes too, and who is admitted keeps what they came with.

> app sets joining asked
  = done
  -> host: profile changed [joining NeedPermission] info 1
> dan joins from c
  = WaitingForApproval
  -> host: dan asks to join ""
  -> owner@web after 9: Applied { user: UserId("dan"), note: "" }
  -> ann@ios after 9: Applied { user: UserId("dan"), note: "" }
  -> ann@web after 9: Applied { user: UserId("dan"), note: "" }
> app bans line c for 5s
  = done
  -> host: audit 8 by app: BanPrints until 25.000 s, line c
  -> host: audit 9 by time: Evict until 25.000 s, line c
  -> dan@web after 9: Banned until 25.000 s
> app unbans line c
  = done
  -> host: audit 10 by app: UnbanPrints, line c
> dan joins from c
  = WaitingForApproval
  -> host: dan asks to join ""
  -> owner@web after 9: Applied { user: UserId("dan"), note: "" }
  -> ann@ios after 9: Applied { user: UserId("dan"), note: "" }
  -> ann@web after 9: Applied { user: UserId("dan"), note: "" }
> app admits dan
  = done
  10 Tip: Join dan by dan, 7 online
  -> dan@web after 9: Admitted
  -> host: dan joined on Web
  -> host: dan is online
  -> host: audit 11 by app: Admit dan
> app moderates dan outlaw=5s for=spam
  = done
  11 Tip: Ban dan until 25.000 s, 7 online
  -> host: dan left, Banned from RestApi
  -> host: dan is offline
  -> dan@web after 11: Banned until 25.000 s
  -> host: audit 12 by app: Ban dan until 25.000 s, "spam"
  -> host: audit 13 by app: BanPrints until 25.000 s, line c, "spam"
> eve joins from c
  ! banned until 25.000 s (2003)
> wait 5s
  -> host: audit 14 by time: Unban dan, Elapsed
  -> host: audit 15 by time: UnbanPrints, Elapsed, line c
> eve joins from c
  = WaitingForApproval
  -> host: eve asks to join ""
  -> owner@web after 11: Applied { user: UserId("eve"), note: "" }
  -> ann@ios after 11: Applied { user: UserId("eve"), note: "" }
  -> ann@web after 11: Applied { user: UserId("eve"), note: "" }

As many fingerprints may be banned as users, each counted alone.

> group modern bans=1
> app bans dan for good
  = done
  1 Tip: Ban dan until for good, 0 online
> app bans line a for good
  = done
> app bans line a for good
  = done
> app bans line b for good
  ! 2 for the fingerprints, at most 1 are allowed (1003)
> ann joins from b
  = Joined
  2 Tip: Join ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> app moderates ann outlaw=5s
  ! Remove: 2 for the fingerprints, at most 1 are allowed (1003)
> app unbans dan
  = done
  3 Tip: Unban dan, 1 online
> app moderates ann outlaw=5s
  ! Remove: 2 for the fingerprints, at most 1 are allowed (1003)
> app moderates ann ban=5s
  = done
  4 Tip: Ban ann until 5.000 s, 1 online
  -> host: ann left, Banned from RestApi
  -> host: ann is offline
  -> ann@web after 4: Banned until 5.000 s

> group vendor
> ann bans line a for 5s
  ! session 1 is not in the group; join or attach first (2001)
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann bans line a for 5s
  ! that takes at least the role Admin (2108)

> group livestream
> app bans line a for 5s
  ! this group does not offer that; its config can turn it on (2105)
