"""AWS as moto plays it, over real HTTP in a process of its own, and what a launch needs put into it.

moto has every new machine in service at once and knows no throttling: `aws_doubles` plays what it cannot.
"""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import boto3

REGION = "ap-southeast-1"
IMAGE = "ami-12c6146b"
"""An image that moto knows from the start."""

KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
"""Credentials that moto takes; in the environment of a test nothing else may point anywhere."""


_SERVER = """
import threading
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
threading.Event().wait()
"""
"""A program that serves on a port of its own choice and says which: a port that was free a moment ago may be taken."""


@contextmanager
def moto_server() -> Iterator[str]:
    """The address of a moto server of one's own; empty at first, gone afterwards."""
    command = [sys.executable, "-W", "ignore", "-c", _SERVER]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        port = process.stdout.readline()  # ends with the server, where it cannot start
        assert port, "moto did not start"
        yield f"http://127.0.0.1:{int(port)}"
    finally:
        process.terminate()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


class Platform:
    """Machines and load balancers of a launch, made at a moto server."""

    def __init__(self, url: str, region: str = REGION) -> None:
        self.url = url
        self._session = boto3.Session("testing", "testing", region_name=region)

    def client(self, service: str) -> Any:
        """A client of moto for what has no function here."""
        return self._session.client(service, endpoint_url=self.url)

    def reset(self) -> None:
        """Forget everything."""
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/moto-api/reset", method="POST"), timeout=10).close()

    def subnets(self) -> list[str]:
        """Ids of the network's subnets, one a zone."""
        return [subnet["SubnetId"] for subnet in self.client("ec2").describe_subnets()["Subnets"]]

    def instances(self, count: int = 1) -> tuple[str, ...]:
        """Ids of that many new running machines."""
        made = self.client("ec2").run_instances(ImageId=IMAGE, MinCount=count, MaxCount=count)
        return tuple(machine["InstanceId"] for machine in made["Instances"])

    def group(
        self, name: str, desired: int, smallest: int = 0, largest: int = 100, targets: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """A new Auto Scaling group with a launch template of its own; ids of its machines, all in service."""
        ec2, scaling = self.client("ec2"), self.client("autoscaling")
        ec2.create_launch_template(LaunchTemplateName=f"{name}-lt", LaunchTemplateData={"ImageId": IMAGE})
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": f"{name}-lt", "Version": "$Latest"},
            MinSize=smallest,
            MaxSize=largest,
            DesiredCapacity=desired,
            VPCZoneIdentifier=self.subnets()[0],
            TargetGroupARNs=list(targets),
        )
        return self.machines(name)

    def machines(self, name: str) -> tuple[str, ...]:
        """Ids of a group's machines."""
        answer = self.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        return tuple(machine["InstanceId"] for machine in answer["AutoScalingGroups"][0]["Instances"])

    def resize(self, name: str, desired: int) -> None:
        """Give a group another desired capacity."""
        self.client("autoscaling").set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=desired)

    def metric(
        self, namespace: str, name: str, dimensions: dict[str, str], values: Sequence[tuple[datetime, float]]
    ) -> None:
        """Points of a metric, with the times they are to have."""
        named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        points = [{"MetricName": name, "Dimensions": named, "Timestamp": at, "Value": value} for at, value in values]
        self.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=points)

    def cpu(self, machine: str, values: Sequence[tuple[datetime, float]]) -> None:
        """CPU of one machine in percent."""
        self.metric("AWS/EC2", "CPUUtilization", {"InstanceId": machine}, values)

    def load_balancer(self, name: str) -> str:
        """ARN of a new application load balancer; what stands behind `loadbalancer/` names it to CloudWatch."""
        made = self.client("elbv2").create_load_balancer(Name=name, Subnets=self.subnets()[:2])
        arn: str = made["LoadBalancers"][0]["LoadBalancerArn"]
        return arn

    def target_group(self, name: str, machines: Sequence[str] = ()) -> str:
        """ARN of a new target group with these machines in it."""
        elb = self.client("elbv2")
        network = self.client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"]
        made = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=network)
        arn: str = made["TargetGroups"][0]["TargetGroupArn"]
        if machines:
            elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": machine} for machine in machines])
        return arn
