A use case of the modelled service's guide, the teaching whiteboard: a large class. The teacher owns the
group; everybody else listens until called on. Who is called gets a mark, and only who has it may speak.

> group vendor owner=teacher speakers=1001
> teacher joins
  = Joined
  1 Tip: Join Teacher by teacher, 1 online
  -> host: teacher joined on Web
  -> host: teacher is online
> ann joins
  = Joined
  2 Tip: Join Ann by ann, 2 online
  -> host: ann joined on Web
  -> host: ann is online
> bob joins
  = Joined
  3 Tip: Join Bob by bob, 3 online
  -> host: bob joined on Web
  -> host: bob is online
> guest@web joins
  = Joined
  -> host: a guest joined on Web
> teacher says good morning
  = message 1: delivered as 4 at 0.000 s
  4 Normal: Teacher: good morning
  -> host: message 1 delivered as 4 at 0.000 s
> ann says good morning
  ! only members with mark 1001 may speak now; ask the staff for it (2006)
> guest@web says good morning
  ! guests only receive; log in and join to take part (2106)
> ann likes
  ! only members with mark 1001 may speak now; ask the staff for it (2006)

Ann is called to the whiteboard, and what she draws goes out; when she sits down she listens again.

> teacher marks ann 1001
  = done
> ann says 42
  = message 2: delivered as 5 at 0.000 s
  5 Normal: Ann: 42
  -> host: message 2 delivered as 5 at 0.000 s
> bob says me too
  ! only members with mark 1001 may speak now; ask the staff for it (2006)
> teacher unmarks ann 1001
  = done
> ann says one more thing
  ! only members with mark 1001 may speak now; ask the staff for it (2006)

Whoever loses the connection for good loses the call with it. The app speaks in anybody's name.

> teacher marks bob 1001
  = done
> bob quits
  = done
  6 Tip: Quit Bob by bob, 3 online
  -> host: bob left, Quit from Web
  -> host: bob is offline
> bob joins
  = Joined
  7 Tip: Join Bob by bob, 4 online
  -> host: bob joined on Web
  -> host: bob is online
> bob says again
  ! only members with mark 1001 may speak now; ask the staff for it (2006)
> app/bob says a question that came over another way
  = message 3: delivered as 8 at 0.000 s
  8 Normal: Bob: a question that came over another way
  -> host: message 3 delivered as 8 at 0.000 s
> teacher orders bob to leave
  = message 4: delivered as 9 at 0.000 s
  9 High: Teacher:  Leave { users: [UserId("bob")] }
  -> host: message 4 delivered as 9 at 0.000 s
  -> bob@web after 9: Leave { users: [UserId("bob")] }

A mute of all comes first: then those who were called may not speak either.

> teacher marks ann 1001
  = done
> teacher mutes all
  = done
  -> host: profile changed [mute all true] info 1
> ann says quietly
  ! everybody is muted; wait until it ends (2005)
> teacher unmutes all
  = done
  -> host: profile changed [mute all false] info 2

In a small class everybody speaks, and the rule can be made while the class is on.

> wait 1s
> configure speakers=all
> bob says finally
  = message 5: delivered as 10 at 1.000 s
  10 Normal: Bob: finally
  -> host: message 5 delivered as 10 at 1.000 s
> configure speakers=1002
> ann says my mark is another
  ! only members with mark 1002 may speak now; ask the staff for it (2006)
> configure speakers=1002,1001
> ann says one of two marks is enough
  = message 6: delivered as 11 at 1.000 s
  11 Normal: Ann: one of two marks is enough
  -> host: message 6 delivered as 11 at 1.000 s
> teacher mutes bob for 60s
  = done
> bob says and first of all I am muted
  ! muted until 61.000 s (2004)
