Whatever staff, the app and time itself do to users is written down: who, what, whom, until when, under
which rule, and on which evidence. What changed nothing is not.

> group modern owner=owner audit=yes ask=reject
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
> app makes ann admin
  = done
  4 Tip: SetAdmin Ann, 3 online
  -> ann@web after 4: RoleChanged { role: Admin }
  -> host: audit 1 by app: SetAdmin ann
> ann mutes bo,cy for 10s
  = done
  5 Tip: MemberProfile Bo until 10.000 s, cy until 10.000 s by ann, 3 online
  -> host: audit 2 by ann: Mute bo cy until 10.000 s
> ann unmutes dan
  = done
> ann unmutes cy
  = done
  6 Tip: MemberProfile cy by ann, 3 online
  -> host: audit 3 by ann: Unmute cy
> wait 10s
  -> host: audit 4 by time: Unmute bo, Elapsed
> bo says one
  = message 1: held until 12.000 s
  -> host: question 1 for callback until 12.000 s, Policy: Bo: one
> app/mod answers 1 reject 10100 no numbers, please
  = done
  -> host: audit 5 by app/mod: Reject { code: Some(10100) } bo, message 1, "no numbers, please"
  -> host: message 1 rejected with 10100 "no numbers, please"
> bo says two
  = message 2: held until 12.000 s
  -> host: question 2 for callback until 12.000 s, Policy: Bo: two
> wait 2s
  -> host: audit 6 by time: Reject { code: None } bo, Silence, message 2
  -> host: message 2 rejected, nobody decided
> bo says three
  = message 3: held until 14.000 s
  -> host: question 3 for callback until 14.000 s, Policy: Bo: three
> app answers 3 allow
  = done
  7 Normal: Bo: three
  -> host: audit 7 by app: Allow bo, message 3
  -> host: message 3 delivered as 7 at 12.000 s
> ann recalls 3
  = emptied 1, discarded 0
  8 Notice: Purged { author: Some(UserId("bo")), message: Some(MessageId(3)), emptied: 1 }
  -> host: audit 8 by ann: Recall bo, message 3
> owner mutes all
  = done
  9 Tip: GroupProfile [mute all true] info 1 by owner, 3 online
  -> host: profile changed [mute all true] info 1
  -> host: audit 9 by owner: MuteAll
> owner mutes all
  = done
> owner unmutes all
  = done
  10 Tip: GroupProfile [mute all false] info 2 by owner, 3 online
  -> host: profile changed [mute all false] info 2
  -> host: audit 10 by owner: UnmuteAll
> owner slows to 5s
  = done
  -> host: audit 11 by owner: SlowMode { slow_mode: Some(SlowMode { member: 5s, admin: 0ns, owner: 0ns }) }
> owner raids for 1s
  = done
  11 Notice: raid mode until 13.000 s
  -> host: raid mode until 13.000 s, by owner
  -> host: audit 12 by owner: Raid until 13.000 s
> wait 1s
  12 Notice: raid mode is over
  -> host: raid mode is over, by the app or time
  -> host: audit 13 by time: EndRaid, Elapsed
> owner raids for 5s
  = done
  13 Notice: raid mode until 18.000 s
  -> host: raid mode until 18.000 s, by owner
  -> host: audit 14 by owner: Raid until 18.000 s
> owner ends the raid
  = done
  14 Notice: raid mode is over
  -> host: raid mode is over, by owner
  -> host: audit 15 by owner: EndRaid
> owner ends the raid
  = done
> ann kicks bo
  = done
  15 Tip: Kick Bo by ann, 3 online
  -> host: bo left, Kicked from Web
  -> host: bo is offline
  -> bo@web after 15: Kicked { reason: "" }
  -> host: audit 16 by ann: Kick bo
> ann bans cy for 1s
  = done
  16 Tip: Ban cy until 14.000 s by ann, 2 online
  -> host: audit 17 by ann: Ban cy until 14.000 s
> wait 1s
  -> host: audit 18 by time: Unban cy, Elapsed
> ann bans cy for good
  = done
  17 Tip: Ban cy until for good by ann, 2 online
  -> host: audit 19 by ann: Ban cy until for good
> ann unbans cy
  = done
  18 Tip: Unban cy by ann, 2 online
  -> host: audit 20 by ann: Unban cy
> ann purges bo
  = emptied 0, discarded 0
  19 Notice: Purged { author: Some(UserId("bo")), message: None, emptied: 0 }
  -> host: audit 21 by ann: Purge bo
> owner mutes owner for 5s
  ! the target is Owner; that takes a higher role (2111)

Marks, who was let in and who was not, name cards of others and the end are written down too.

> group modern owner=owner audit=yes
> owner joins
  = Joined
  1 Tip: Join Owner by owner, 1 online
  -> host: owner joined on Web
  -> host: owner is online
> owner sets joining asked
  = done
  -> host: profile changed [joining NeedPermission] info 1
> ann joins
  = WaitingForApproval
  -> host: ann asks to join ""
  -> owner@web after 1: Applied { user: UserId("ann"), note: "" }
> bo joins
  = WaitingForApproval
  -> host: bo asks to join ""
  -> owner@web after 1: Applied { user: UserId("bo"), note: "" }
> owner admits ann
  = done
  2 Tip: Join Ann by ann, 2 online
  -> ann@web after 1: Admitted
  -> host: ann joined on Web
  -> host: ann is online
  -> host: audit 1 by owner: Admit ann
> owner declines bo
  = done
  -> bo@web after 2: Declined
  -> host: audit 2 by owner: Decline bo
> app marks ann 1000
  = done
  -> host: audit 3 by app: Mark { mark: 1000 } ann
> app unmarks ann 1000
  = done
  -> host: audit 4 by app: Unmark { mark: 1000 } ann
> ann cards ann Annie
  = done
> owner cards ann Anna
  = done
  -> host: audit 5 by owner: NameCard ann
> owner disbands
  = done
  3 Notice: Disbanded
  -> host: audit 6 by owner: Disband
  -> host: the group is disbanded
