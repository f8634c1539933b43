A warning is a strike. What it leads to is a table of the config's: here a notice, then a mute of 5
minutes, one of an hour, and from the fourth on a ban of a day.

> group modern owner=owner audit=yes
> owner joins
  = Joined
  1 Tip: Join Owner by owner, 1 online
  -> host: owner joined on Web
  -> host: owner is online
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
  -> host: audit 1 by app: SetAdmin bo
> bo warns ann for shouting
  = done
  -> ann@web after 4: Warned, strike 1 "for shouting"
  -> host: audit 2 by bo: Warn { strikes: 1 } ann until 2592000.000 s, "for shouting"
> bo warns ann,cy
  = done
  5 Tip: MemberProfile Ann until 300.000 s by bo, 3 online
  -> ann@web after 4: Warned, strike 2 ""
  -> host: audit 3 by bo: Warn { strikes: 2 } ann until 2592000.000 s
  -> host: audit 4 by bo: Mute ann until 300.000 s, Strikes { count: 2 }
  -> host: audit 5 by bo: Warn { strikes: 1 } cy until 2592000.000 s
> ann says hello
  ! muted until 300.000 s (2004)
> bo warns ann
  = done
  6 Tip: MemberProfile Ann until 3600.000 s by bo, 3 online
  -> ann@web after 5: Warned, strike 3 ""
  -> host: audit 6 by bo: Warn { strikes: 3 } ann until 2592000.000 s
  -> host: audit 7 by bo: Mute ann until 3600.000 s, Strikes { count: 3 }
A mute or ban that is longer already stays.

> owner mutes ann for 7200s
  = done
  7 Tip: MemberProfile Ann until 7200.000 s by owner, 3 online
  -> host: audit 8 by owner: Mute ann until 7200.000 s
> bo warns cy
  = done
  8 Tip: MemberProfile cy until 300.000 s by bo, 3 online
  -> host: audit 9 by bo: Warn { strikes: 2 } cy until 2592000.000 s
  -> host: audit 10 by bo: Mute cy until 300.000 s, Strikes { count: 2 }
> owner mutes cy for good
  = done
  9 Tip: MemberProfile cy until for good by owner, 3 online
  -> host: audit 11 by owner: Mute cy until for good
> bo warns cy
  = done
  -> host: audit 12 by bo: Warn { strikes: 3 } cy until 2592000.000 s
> bo warns owner
  ! the target is Owner; that takes a higher role (2111)
> ann warns cy
  ! that takes at least the role Admin (2108)
> app warns owner
  = done
  -> owner@web after 9: Warned, strike 1 ""
  -> host: audit 13 by app: Warn { strikes: 1 } owner until 2592000.000 s
> app warns owner
  = done
  10 Tip: MemberProfile Owner until 300.000 s, 3 online
  -> owner@web after 9: Warned, strike 2 ""
  -> host: audit 14 by app: Warn { strikes: 2 } owner until 2592000.000 s
  -> host: audit 15 by app: Mute owner until 300.000 s, Strikes { count: 2 }
> app warns owner
  = done
  -> owner@web after 10: Warned, strike 3 ""
  -> host: audit 16 by app: Warn { strikes: 3 } owner until 2592000.000 s
  -> host: audit 17 by app: Mute owner until 3600.000 s, Strikes { count: 3 }
> app warns owner
  ! the target is Owner; that takes a higher role (2111)
> bo warns ann,cy enough
  = done
  -> ann@web after 10: Warned, strike 4 "enough"
  -> host: audit 18 by bo: Warn { strikes: 4 } ann until 2592000.000 s, "enough"
  -> host: ann left, Banned from Web
  -> host: ann is offline
  -> ann@web after 10: Banned until 86400.000 s
  -> host: audit 19 by bo: Ban ann until 86400.000 s, Strikes { count: 4 }, "enough"
  -> host: audit 20 by bo: Warn { strikes: 4 } cy until 2592000.000 s, "enough"
  -> host: audit 21 by bo: Ban cy until 86400.000 s, Strikes { count: 4 }, "enough"
> bo forgives ann,dan
  = done
  -> host: audit 22 by bo: Forgive { strikes: 4 } ann
> app unbans ann
  = done
  -> host: audit 23 by app: Unban ann
> ann joins
  = Joined
  -> host: ann joined on Web
  -> host: ann is online
> bo warns ann
  = done
  -> ann@web after 10: Warned, strike 1 ""
  -> host: audit 24 by bo: Warn { strikes: 1 } ann until 2592000.000 s
> wait 2592000s
  -> host: audit 25 by time: Unmute owner, Elapsed
  -> host: audit 26 by time: Unmute ann, Elapsed
  -> host: audit 27 by time: Unban cy, Elapsed
  -> host: audit 28 by time: Forgive { strikes: 3 } owner, Elapsed
  -> host: audit 29 by time: Forgive { strikes: 4 } cy, Elapsed
  -> host: audit 30 by time: Forgive { strikes: 1 } ann, Elapsed
> bo warns cy
  = done
  -> host: audit 31 by bo: Warn { strikes: 1 } cy until 5184000.000 s

No more users are remembered than the config says, and those who are warned together are warned together.

> group modern strikes=1 mutes=0
> app warns ann
  = done
> app warns bo
  ! 2 for the users who have strikes, at most 1 are allowed (1003)
> app warns ann
  ! 1 for the users muted, at most 0 are allowed (1003)

> group modern bans=0
> repeat 3 app warns ann
  = 3 times done
  2 times Tip: MemberProfile ann until s, online
> app warns ann
  ! 1 for the users banned, at most 0 are allowed (1003)
> app moderates ann warn
  ! Warn: 1 for the users banned, at most 0 are allowed (1003)

A house without the power has no such thing.

> group vendor
> app warns ann
  ! this group does not offer that; its config can turn it on (2105)
> app forgives ann
  = done
