Several acts on the same users are one step: all or none of it.

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
> ann says one
  = message 1: delivered as 4 at 0.000 s
  4 Normal: Ann: one
  -> host: message 1 delivered as 4 at 0.000 s
> app makes bo admin
  = done
  5 Tip: SetAdmin Bo, 3 online
  -> bo@web after 5: RoleChanged { role: Admin }
  -> host: audit 1 by app: SetAdmin bo
> bo moderates ann purge warn mute=60s spam+1 notice=stop for=spam message=1
  = done
  6 Tip: GroupProfile [counters 1 spam=1] info 0 by bo, 3 online
  7 Notice: Purged { author: Some(UserId("ann")), message: None, emptied: 1 }
  8 Tip: MemberProfile Ann until 60.000 s by bo, 3 online
  -> host: profile changed [counters 1 spam=1] info 0
  -> host: audit 2 by bo: Purge ann, message 1, "spam"
  -> ann@web after 7: Warned, strike 1 "spam"
  -> host: audit 3 by bo: Warn { strikes: 1 } ann until 2592000.000 s, message 1, "spam"
  -> ann@web after 7: notice "stop"
  -> host: audit 4 by bo: Mute ann until 60.000 s, message 1, "spam"
> ann says two
  ! muted until 60.000 s (2004)
> bo moderates ann,cy warn kick
  ! Remove: cy is not a member (4002)
> bo moderates ann,owner purge ban=60s
  ! Purge: the target is Owner; that takes a higher role (2111)
> bo moderates ann
  ! the acts must be at least one (1004)
> bo moderates ann purge other=1 gone=1 ban=60s for=spam
  = done
  9 Tip: GroupProfile [counters 2 gone=1 other=1] info 0 by bo, 3 online
  10 Notice: Purged { author: Some(UserId("ann")), message: None, emptied: 0 }
  11 Tip: Ban Ann until 60.000 s by bo, 3 online
  -> host: profile changed [counters 2 gone=1 other=1] info 0
  -> host: audit 5 by bo: Purge ann, "spam"
  -> host: ann left, Banned from Web
  -> host: ann is offline
  -> ann@web after 11: Banned until 60.000 s
  -> host: audit 6 by bo: Ban ann until 60.000 s, "spam"
> ann joins
  ! banned until 60.000 s (2003)
> app moderates cy,dan shadow=5s warn
  = done
  -> host: audit 7 by app: Warn { strikes: 1 } cy until 2592000.000 s
  -> host: audit 8 by app: Warn { strikes: 1 } dan until 2592000.000 s
  -> host: audit 9 by app: Shadow cy dan until 5.000 s

A refusal of the last part leaves the others undone.

> group modern owner=owner mutes=0
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> ann says one
  = message 1: delivered as 2 at 0.000 s
  2 Normal: Ann: one
  -> host: message 1 delivered as 2 at 0.000 s
> app moderates ann purge mute=5s
  ! Silence: 1 for the users muted, at most 0 are allowed (1003)
> app moderates ann purge warn
  = done
  3 Notice: Purged { author: Some(UserId("ann")), message: None, emptied: 1 }
  -> ann@web after 3: Warned, strike 1 ""
> app moderates ann warn
  ! Warn: 1 for the users muted, at most 0 are allowed (1003)
> app moderates ann purge warn ban=5s
  ! Warn: 1 for the users muted, at most 0 are allowed (1003)
> attributes

What the house does not offer, it does not offer here.

> group vendor
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> app moderates ann mute=5s
  = done
> app moderates ann purge mute=5s
  ! Purge: this group does not offer that; its config can turn it on (2105)
> app moderates ann ban=5s kick
  ! Remove: members cannot be removed here; send a removal directive, upon which their client leaves (2102)

Each part asks what its own command would ask.

> group vendor owner=owner
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
> ann moderates owner mute=5s
  ! Silence: that takes at least the role Admin (2108)
> owner moderates owner mute=5s
  ! Silence: the target is Owner; that takes a higher role (2111)
> owner moderates ann notice=hi
  ! Notice: only the app may do that (2109)

> group modern owner=owner bans=1
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
> ann moderates bo shadow=5s
  ! Silence: that takes at least the role Admin (2108)
> ann moderates bo kick
  ! Remove: that takes at least the role Admin (2108)
> ann moderates bo ban=5s
  ! Remove: that takes at least the role Admin (2108)
> ann moderates bo warn
  ! Warn: that takes at least the role Admin (2108)
> ann moderates bo purge
  ! Purge: that takes at least the role Admin (2108)
> ann moderates bo notice=hi
  ! Notice: that takes at least the role Admin (2108)
> owner moderates bo kick
  ! Remove: bo is not a member (4002)
> owner moderates ann,bo purge ban=5s
  ! Remove: 2 for the users banned, at most 1 are allowed (1003)
> ann moderates bo spam+1 purge
  ! Purge: that takes at least the role Admin (2108)
