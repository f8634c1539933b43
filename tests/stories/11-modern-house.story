What users of other systems expect is a preset away. The owner still cannot leave the group alone.

> group modern owner=mia
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
> ann says oops
  = message 1: delivered as 4 at 0.000 s
  4 Normal: Ann: oops
  -> host: message 1 delivered as 4 at 0.000 s
> ann recalls 1
  = emptied 1, discarded 0
  5 Notice: Purged { author: Some(UserId("ann")), message: Some(MessageId(1)), emptied: 1 }
> ann says spam
  = message 2: delivered as 6 at 0.000 s
  6 Normal: Ann: spam
  -> host: message 2 delivered as 6 at 0.000 s
> ann says more spam
  = message 3: delivered as 7 at 0.000 s
  7 Normal: Ann: more spam
  -> host: message 3 delivered as 7 at 0.000 s
> mia makes bo admin
  = done
  8 Tip: SetAdmin Bo by mia, 3 online
  -> bo@web after 8: RoleChanged { role: Admin }
> bo mutes mia for 60s
  ! the target is Owner; that takes a higher role (2111)
> bo purges ann
  = emptied 2, discarded 0
  9 Notice: Purged { author: Some(UserId("ann")), message: None, emptied: 2 }
> ann reads
  2 Tip: Join Ann by ann, 2 online
  3 Tip: Join Bo by bo, 3 online
  4 Normal: (emptied)
  5 Notice: Purged { author: Some(UserId("ann")), message: Some(MessageId(1)), emptied: 1 }
  6 Normal: (emptied)
  7 Normal: (emptied)
  8 Tip: SetAdmin Bo by mia, 3 online
  9 Notice: Purged { author: Some(UserId("ann")), message: None, emptied: 2 }
> bo kicks ann
  = done
  10 Tip: Kick Ann by bo, 3 online
  -> host: ann left, Kicked from Web
  -> host: ann is offline
  -> ann@web after 10: Kicked { reason: "" }
> mia quits
  ! the owner cannot quit; transfer the group first, or disband it (2104)
> mia hands over to bo
  = done
  11 Tip: GroupProfile [owner bo] info 1 by mia, 2 online
  -> host: profile changed [owner bo] info 1
  -> mia@web after 11: RoleChanged { role: Member }
  -> bo@web after 11: RoleChanged { role: Owner }
> mia quits
  = done
  12 Tip: Quit Mia by mia, 1 online
  -> host: mia left, Quit from Web
  -> host: mia is offline
> bo bans mia for 60s
  = done
  13 Tip: Ban mia until 60.000 s by bo, 1 online
> mia joins
  ! banned until 60.000 s (2003)
> wait 60s
> mia joins
  = Joined
  14 Tip: Join Mia by mia, 2 online
  -> host: mia joined on Web
  -> host: mia is online

A newcomer reads what was said last.

> mia reads
  4 Normal: (emptied)
  5 Notice: Purged { author: Some(UserId("ann")), message: Some(MessageId(1)), emptied: 1 }
  6 Normal: (emptied)
  7 Normal: (emptied)
  8 Tip: SetAdmin Bo by mia, 3 online
  9 Notice: Purged { author: Some(UserId("ann")), message: None, emptied: 2 }
  10 Tip: Kick Ann by bo, 3 online
  11 Tip: GroupProfile [owner bo] info 1 by mia, 2 online
  12 Tip: Quit Mia by mia, 1 online
  13 Tip: Ban mia until 60.000 s by bo, 1 online
  14 Tip: Join Mia by mia, 2 online

Slow mode, where the staff are exempt.

> bo slows to 10s
  = done
> mia says one
  = message 4: delivered as 15 at 60.000 s
  15 Normal: Mia: one
  -> host: message 4 delivered as 15 at 60.000 s
> mia says two
  ! slow mode: write again at 70.000 s (3001)
> bo says one
  = message 5: delivered as 16 at 60.000 s
  16 Normal: Bo: one
  -> host: message 5 delivered as 16 at 60.000 s
> bo says two
  = message 6: delivered as 17 at 60.000 s
  17 Normal: Bo: two
  -> host: message 6 delivered as 17 at 60.000 s
> wait 10s
> mia says two
  = message 7: delivered as 18 at 70.000 s
  18 Normal: Mia: two
  -> host: message 7 delivered as 18 at 70.000 s

Members are marked, and share values.

> bo marks mia 1000
  = done
> members
  bo Owner on Web
  mia Member on Web, marked 1000
  0 guests, 2 online
> bo writes song=one stage=left
  = attributes at 1
  19 Tip: GroupProfile [attributes 1 song=one stage=left] info 1 by bo, 2 online
  -> host: profile changed [attributes 1 song=one stage=left] info 1
> bo writes song=two@1
  = attributes at 2
  20 Tip: GroupProfile [attributes 2 song=two] info 1 by bo, 2 online
  -> host: profile changed [attributes 2 song=two] info 1
> bo writes song=three@1
  ! written by another meanwhile; read it again, it is at 2 (4008)
> attributes
  song=two at 2
  stage=left at 1
> mia writes song=mine
  ! that takes at least the role Admin (2108)
> mia counts hearts+2
  = hearts=2
  21 Tip: GroupProfile [counters 1 hearts=2] info 1 by mia, 2 online
  -> host: profile changed [counters 1 hearts=2] info 1
> bo counts hearts+1 hearts-5
  = hearts=-2
  22 Tip: GroupProfile [counters 2 hearts=-2] info 1 by bo, 2 online
  -> host: profile changed [counters 2 hearts=-2] info 1

Who is admitted later reads from where everybody does who joins: the last messages that the house shows
a newcomer, and not more.

> group modern history=1
> app sets joining asked
  = done
  -> host: profile changed [joining NeedPermission] info 1
> app says long ago
  = message 1: delivered as 1 at 0.000 s
  1 Normal: the app: long ago
  -> host: message 1 delivered as 1 at 0.000 s
> ann joins
  = WaitingForApproval
  -> host: ann asks to join ""
> app says while ann waits
  = message 2: delivered as 2 at 0.000 s
  2 Normal: the app: while ann waits
  -> host: message 2 delivered as 2 at 0.000 s
> app admits ann
  = done
  3 Tip: Join Ann by ann, 1 online
  -> ann@web after 2: Admitted
  -> host: ann joined on Web
  -> host: ann is online
> ann reads
  2 Normal: the app: while ann waits
  3 Tip: Join Ann by ann, 1 online

Who asks to come in may be banned, and is told.

> bob joins
  = WaitingForApproval
  -> host: bob asks to join ""
> app bans bob for good
  = done
  4 Tip: Ban bob until for good, 1 online
  -> bob@web after 4: Banned until for good

An admin does not put marks on the owner.

> group modern owner=eve
> eve joins
  = Joined
  1 Tip: Join Eve by eve, 1 online
  -> host: eve joined on Web
  -> host: eve is online
> bob joins
  = Joined
  2 Tip: Join Bob by bob, 2 online
  -> host: bob joined on Web
  -> host: bob is online
> eve makes bob admin
  = done
  3 Tip: SetAdmin Bob by eve, 2 online
  -> bob@web after 3: RoleChanged { role: Admin }
> bob marks eve 1000
  ! the target is Owner; that takes a higher role (2111)

What the app says in a user's name is not silenced with the user.

> group modern burst=1 reserve=0 rate=10
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> app says first
  = message 1: delivered as 2 at 0.000 s
  2 Normal: the app: first
  -> host: message 1 delivered as 2 at 0.000 s
> app/ann gives a paid rose
  = message 2: waiting until 2.000 s
> ann says waits
  = message 3: waiting until 0.250 s
> app mutes ann for good
  = done
  3 Tip: MemberProfile Ann until for good, 1 online
  -> host: message 3 discarded: Muted
> wait 1s
  4 High: Ann: <a paid rose>
  -> host: message 2 delivered as 4 at 0.100 s

A host that takes over the groups of one that ended says that all connections are lost: whoever comes
back within the grace time never left, and guests are gone.

> group modern
> ann joins
  = Joined
  1 Tip: Join Ann by ann, 1 online
  -> host: ann joined on Web
  -> host: ann is online
> bob joins
  = Joined
  2 Tip: Join Bob by bob, 2 online
  -> host: bob joined on Web
  -> host: bob is online
> guest joins
  = Joined
  -> host: a guest joined on Web
> app detaches all
  = done
> ann attaches
  = AlreadyInGroup
> wait 30s
  3 Tip: Quit Bob by bob, 1 online
  -> host: bob left, Lost from Web
  -> host: bob is offline
> members
  ann Member on Web
  0 guests, 1 online

A write of attributes is told with what was written, and answered with the new number.

> app writes song=one mood=calm
  = attributes at 1
  4 Tip: GroupProfile [attributes 1 mood=calm song=one] info 0, 1 online
  -> host: profile changed [attributes 1 mood=calm song=one] info 0
> app writes mood= song=two
  = attributes at 2
  5 Tip: GroupProfile [attributes 2 mood=gone song=two] info 0, 1 online
  -> host: profile changed [attributes 2 mood=gone song=two] info 0
> app counts votes+3
  = votes=3
  6 Tip: GroupProfile [counters 1 votes=3] info 0, 1 online
  -> host: profile changed [counters 1 votes=3] info 0

Staff may take back their own words. Who comes again is shown as they are now; who went offline and
stayed a member is not told to go offline again when they are removed.

> group modern owner=mia absence=stay
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
> mia says oops
  = message 1: delivered as 3 at 0.000 s
  3 Normal: Mia: oops
  -> host: message 1 delivered as 3 at 0.000 s
> mia recalls 1
  = emptied 1, discarded 0
  4 Notice: Purged { author: Some(UserId("mia")), message: Some(MessageId(1)), emptied: 1 }
> ann@ios joins as Annie
  = AlreadyInGroup
  -> host: ann is back on Ios
> ann says hello
  = message 2: delivered as 5 at 0.000 s
  5 Normal: Annie: hello
  -> host: message 2 delivered as 5 at 0.000 s
> ann detaches
  = done
> ann@ios detaches
  = done
> wait 31s
  -> host: ann left, Lost from Web, and stays a member
  -> host: ann left, Lost from Ios, and stays a member
  -> host: ann is offline
> app marks ann 1000
  ! ann is not a member (4002)
> mia kicks ann
  = done
  6 Tip: Kick Annie by mia, 1 online
  -> host: ann left, Kicked from Web

An admin's words stay an admin's when they have left. And the app changes how a user is shown.

> group modern owner=mia
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
> app makes ann admin
  = done
  4 Tip: SetAdmin Ann, 3 online
  -> ann@web after 4: RoleChanged { role: Admin }
> app makes bo admin
  = done
  5 Tip: SetAdmin Bo, 3 online
  -> bo@web after 5: RoleChanged { role: Admin }
> app/bo is called Bob
  = done
> ann says a word
  = message 1: delivered as 6 at 0.000 s
  6 Normal: Ann: a word
  -> host: message 1 delivered as 6 at 0.000 s
> ann quits
  = done
  7 Tip: Quit Ann by ann, 2 online
  -> host: ann left, Quit from Web
  -> host: ann is offline
> bo recalls 1
  ! the target is Admin; that takes a higher role (2111)
> mia recalls 1
  = emptied 1, discarded 0
  8 Notice: Purged { author: Some(UserId("ann")), message: Some(MessageId(1)), emptied: 1 }
